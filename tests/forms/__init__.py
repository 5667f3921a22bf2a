"""The two forms of the core, plain and compiled, and whether both come to the same."""
