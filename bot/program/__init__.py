"""The commands of the program, what they print, and the pages that are written from the source."""
