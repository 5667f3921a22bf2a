"""A backtest: the desk driven over a recorded market, and the result counted."""
