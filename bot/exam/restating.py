"""Whether a text restates an exam item: the item's own words, with its key, are no evidence for it."""

from __future__ import annotations

import re

from bot.exam.marking import BLANK
from ingest.articles import fold
from ingest.exam import ExamItem

_RUN = 5  # characters of one shingle
_STEM_SHARE = 0.6  # of a stem's shingles that a restating text holds
_LONG_RUN = 14  # a shared run of so many characters is a quotation
_EXAM_MARK = re.compile(
    r"[(（【\[]\s*(?:[A-Ha-h]|[√✓✔×✗✘xXТ]|对|错|正确|错误)\s*[)）】\]]|答案|(?<![A-Za-z])[A-D]\s?[.、．:：]|[判选]断?题|选择题|填空题"
)


def restates(item: ExamItem, passage_text: str) -> bool:
    """Whether a passage tells an item again: it quotes most of the stem, and shows that it is an exam (options, an answer
    mark) or holds the options too. A rule that merely says the same in its own order of words does not restate it."""
    stem, text = fold(BLANK.sub("", item.stem)), fold(passage_text)
    if len(stem) < _RUN:
        return False
    share = _share(stem, text)
    if share < _STEM_SHARE and _longest_run(stem, text) < min(_LONG_RUN, len(stem)):
        return False
    if share < 0.35:
        return False
    options = [fold(o) for o in item.options.values()]
    quoted = sum(len(o) > 1 and o in text for o in options)
    if options and quoted >= 2 and quoted * 2 >= len(options):
        return True
    return share >= _STEM_SHARE and _EXAM_MARK.search(passage_text) is not None


def _share(stem: str, text: str) -> float:
    """The share of a stem's shingles that a text holds."""
    shingles = [stem[i : i + _RUN] for i in range(len(stem) - _RUN + 1)]
    return sum(s in text for s in shingles) / len(shingles)


def _longest_run(stem: str, text: str) -> int:
    """The length of the longest piece of a stem that stands in a text."""
    best = 0
    for start in range(len(stem)):
        while start + best < len(stem) and stem[start : start + best + 1] in text:
            best += 1
    return best
