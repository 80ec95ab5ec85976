"""Sentence encoders behind sentence-transformers: the two that ship inside packages, and any other by name or folder."""
