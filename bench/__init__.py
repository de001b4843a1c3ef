"""Measured speed and size of the whole product, and of other systems beside it."""
