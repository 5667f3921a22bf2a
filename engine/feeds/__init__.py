"""Where market events come from: files, a seeded market, an exchange's streams."""
