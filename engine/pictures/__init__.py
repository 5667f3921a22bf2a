"""The desk's state at one instant: views for people, use of limits, the stored snapshot."""
