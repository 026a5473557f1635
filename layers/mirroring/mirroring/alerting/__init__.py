"""Whom to tell of a status change, and in which words."""
