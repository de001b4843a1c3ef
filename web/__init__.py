"""Delivery to people: the composition root, sockets, HTTP, pages and the command line."""
