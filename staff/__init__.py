"""Accounts, roles, sessions, training and the audit trail."""
