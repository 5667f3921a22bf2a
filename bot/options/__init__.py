"""What is typed on the command line, and what the engine takes of it: plans, sources, strategies."""
