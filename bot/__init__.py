"""The product's face: the chat, the command line, and what puts the parts together."""

VERSION = "0.1.0"
