"""The one gate and its rules: one file each, one reason code or a few; the order is in `regime.py`."""
