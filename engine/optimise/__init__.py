"""Search for good parameters: a seeded study of backtests over all cores, walk-forward windows, signs of over-fitting.

`space` says what may be tried, `aims` what is better, `study` keeps the trials (the only module that knows Optuna),
`workers` run them, `search` drives the whole, `verdict` doubts the result.
"""
