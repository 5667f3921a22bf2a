"""From bars to scores: windows kept live, whole histories at once, the market state behind a signal."""
