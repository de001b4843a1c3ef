"""The conversation: the wire, the state machine, the log and delivery."""
