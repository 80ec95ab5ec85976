"""Log-odds and probabilities."""

from __future__ import annotations

import math

MOST = 30.0  # beyond it a probability is 0 or 1 to the last digit that anybody looks at


def probability(log_odds: float) -> float:
    """0..1."""
    return 1 / (1 + math.exp(-max(-MOST, min(MOST, log_odds))))
