"""The trading engine: a pure core (events in, effects out) and the asyncio shell around it."""
