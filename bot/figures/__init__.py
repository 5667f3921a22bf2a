"""Numbers, reasons, pictures and tables as people read them."""
