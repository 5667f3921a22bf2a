"""What people are told unasked: alerts of the engine's facts, and reports of hours, days and weeks."""
