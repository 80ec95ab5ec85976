"""What an examinee guesses without the rules, from how exams are usually made."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.exam.cues import GRANTS, UNLIMITED
from bot.exam.polarity import denied_spans, wanted

# The right option tends to be the one that is worded most carefully; one that claims all or none tends to be wrong.
_LENGTH = 0.2
_ABSOLUTE = 0.1
_SWEEPING = re.compile(r"全部|一律|所有|任何|任意|绝对|永远|必定|完全|都(?!要)")


def option_prior(stem: str, options: Mapping[str, str]) -> dict[str, float]:
    """For each option how much more likely it is by its looks alone."""
    want = wanted(stem)
    mean = sum(map(len, options.values())) / max(1, len(options))
    prior = {}
    for name, text in options.items():
        longer = max(-0.5, min(1.0, len(text) / mean - 1)) if mean else 0.0
        prior[name] = _LENGTH * longer * (1.0 if want > 0 else 0.3)
        if _SWEEPING.search(text) and len(text) > 4:
            prior[name] -= want * _ABSOLUTE
    return prior


def guess_statement(stem: str) -> bool:
    """Whether a statement sounds true: what grants without limit or bound does not."""
    if UNLIMITED.search(stem) and GRANTS.search(stem):
        return False
    return not (GRANTS.search(stem) and not denied_spans(stem))
