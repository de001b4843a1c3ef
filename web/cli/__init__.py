"""The command line: `benchside`, one module for each family of commands."""
