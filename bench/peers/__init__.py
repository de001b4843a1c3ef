"""Other systems, run beside Benchside with the same load."""
