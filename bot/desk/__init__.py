"""The composition: from settings to a running desk, and in order to its end."""
