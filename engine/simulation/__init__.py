"""What turns core and simulated venue together, and what rests between them."""
