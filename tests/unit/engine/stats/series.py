"""The example returns of risk.md section 0 and its example trades of section 9."""

X = [((7 * i * i + 3 * i) % 41 - 19) / 1000 for i in range(1, 33)]
PNL = [42, -18.5, 0, -21, 65.5, -30, 12.25, -9.75]
RISK = [30.0, 20, 25, 21, 30, 30, 25, 15]
