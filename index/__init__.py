"""Passages in, a searchable index out; a query in, ranked hits out."""
