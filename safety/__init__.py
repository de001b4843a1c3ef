"""From a text to a verdict, and from a verdict to a person who acts."""
