"""What people may type and press, the two steps of what is dangerous, and how they are answered."""
