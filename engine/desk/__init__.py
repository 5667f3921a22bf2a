"""The desk's own hands: getting in and out, strategies that come and go, what people command."""
