"""Leverage, margin and liquidation (risk.md section 2)."""

from engine.margin.isolated import bankruptcy, funding, liquidation, sign

__all__ = ["bankruptcy", "funding", "liquidation", "sign"]
