"""How much (risk.md section 1): a mode gives a quantity, the caps and the venue's minimums have the last word."""

from engine.sizing.quantity import fit, size
from engine.sizing.terms import Size, Terms

__all__ = ["Size", "Terms", "fit", "size"]
