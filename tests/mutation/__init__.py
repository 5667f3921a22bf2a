"""`make mutate`: does a test notice when a line of what money depends on is changed? (docs/mutants.md)"""
