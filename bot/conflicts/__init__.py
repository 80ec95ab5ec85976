"""Rules of different articles that disagree: found by their words and figures, and by a network that reads both."""
