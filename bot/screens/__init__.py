"""One module a screen: a pure function from views to text and buttons."""
