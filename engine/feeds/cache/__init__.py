"""Candles kept on this machine: fetched, taken in, checked, listed."""
