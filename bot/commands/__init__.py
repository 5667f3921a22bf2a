"""One router a topic: handlers that translate between Telegram and the engine's control."""
