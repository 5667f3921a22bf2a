"""The product's face: the chat, the command line, and what puts the parts together."""
