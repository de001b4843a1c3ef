"""People talk while everything breaks; a checker compares what each saw with the log."""
