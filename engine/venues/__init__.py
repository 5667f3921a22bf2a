"""Exchanges through ccxt: clients, instruments, and their failures in our words."""
