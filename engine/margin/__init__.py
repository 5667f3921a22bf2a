"""Leverage, margin and liquidation (risk.md section 2)."""

from engine.margin.isolated import bankruptcy, funding, liquidation

__all__ = ["bankruptcy", "funding", "liquidation"]
