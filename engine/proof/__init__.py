"""Checks that run by themselves: whether a strategy may be trusted, proven on bars instead of believed."""
