"""The parts of contact masking: one module for each kind of contact, and their word lists."""
