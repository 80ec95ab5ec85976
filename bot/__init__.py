"""Hits in, a cited answer out; drafts in, findings out; the web chat around both."""
