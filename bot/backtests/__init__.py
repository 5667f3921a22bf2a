"""Backtests: asked for in chat, kept, compared and shown."""
