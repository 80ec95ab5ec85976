"""Sentence encoders behind sentence-transformers: two that ship inside packages, and any other by name or folder."""
