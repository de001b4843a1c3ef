"""Tests of this level; see tests/__init__.py."""
