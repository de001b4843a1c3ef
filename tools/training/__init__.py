"""How the statistical model of the safety filter is trained; `tools/train.py` runs it."""
