"""The year of minutes in other engines, each in an environment of its own outside this repository (`make peers`).

`own` and one script for each engine hold the same task; what they share is in `task`, which engines and versions there
are in `roster`. Nothing of theirs is a dependency or stands here.
"""
