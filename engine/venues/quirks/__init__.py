"""What is special about an exchange, one file each."""
