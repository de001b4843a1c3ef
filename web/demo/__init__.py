"""Simulated people on real sockets, to look at the service without anybody in distress."""
