"""The Python SDK: seekers, supporters and supervisors on real sockets."""
