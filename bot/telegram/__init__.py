"""The line to Telegram: updates fetched, stored, checked and handed to the handlers, each at most once."""
