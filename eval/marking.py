"""Whether an exam item is right: marked apart from the reader that answered it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.figures import figures_in, same_figure
from bot.numerals import number
from ingest.articles import fold
from ingest.exam import ExamItem

Predicted = str | bool | Sequence[str | None] | None
BLANK = re.compile(r"[(（][\s_＿]*[)）]|_{2,}|＿{2,}")
_LISTED = re.compile(r"\s*(?:和|与|及|或|、|,|，|以及|还有)?\s*")


@dataclass(frozen=True, slots=True)
class Mark:
    """Right or not; for fill_in also how many blanks are right of how many, else both are None."""

    correct: bool
    blanks_correct: int | None = None
    blanks: int | None = None


def mark(item: ExamItem, predicted: Predicted) -> Mark:
    """Marks an answer: a letter, a boolean, or one string (or None) a blank. No answer is not right."""
    if isinstance(item.answer, tuple):
        given = list(predicted) if isinstance(predicted, Sequence) and not isinstance(predicted, str) else []
        right = _blanks(item.stem, item.answer, given)
        return Mark(right == len(item.answer), right, len(item.answer))
    if isinstance(item.answer, bool):
        return Mark(isinstance(predicted, bool) and predicted == item.answer)
    return Mark(isinstance(predicted, str) and predicted.strip().upper() == item.answer.upper())


def _blanks(stem: str, answers: Sequence[Sequence[str]], given: Sequence[str | None]) -> int:
    """How many blanks are right. Blanks of one list may be filled in any order, each answer once."""
    units = _units_behind(stem, len(answers))
    filled = [*given, *[None] * len(answers)][: len(answers)]
    right = 0
    for group in _lists(stem, answers):
        values: list[str] = []
        for position in group:
            value = filled[position]
            # 做工 beside 做工问题 names one reason, not two.
            if value and not any(_nested(value, other) for other in values):
                values.append(value)
        fits = [[p for p in group if any(same_answer(v, form, units[p]) for form in answers[p])] for v in values]
        right += _most_pairs(fits)
    return right


def _nested(one: str, other: str) -> bool:
    short, long = sorted((fold(one), fold(other)), key=len)
    if not short:
        return True
    # 5分钟 is no part of 15分钟.
    return re.search(rf"(?<![\d.]){re.escape(short)}" if short[0].isdigit() else re.escape(short), long) is not None


def _lists(stem: str, answers: Sequence[Sequence[str]]) -> list[list[int]]:
    """The blanks in groups: those that accept the same strings, or stand side by side but for 和, 或 and commas."""
    pieces = BLANK.split(stem)
    between = pieces[1:-1] if len(pieces) == len(answers) + 1 else ["|"] * (len(answers) - 1)
    groups: list[list[int]] = []
    for position, accepted in enumerate(answers):
        beside = position > 0 and _LISTED.fullmatch(between[position - 1])
        home = next((g for g in groups if answers[g[0]] == accepted or (beside and position - 1 in g)), None)
        if home is None:
            groups.append([position])
        else:
            home.append(position)
    return groups


def _most_pairs(fits: Sequence[Sequence[int]]) -> int:
    """How many values can each have a blank of their own (augmenting paths)."""
    holder: dict[int, int] = {}

    def place(value: int, seen: set[int]) -> bool:
        for blank in fits[value]:
            if blank not in seen:
                seen.add(blank)
                if blank not in holder or place(holder[blank], seen):
                    holder[blank] = value
                    return True
        return False

    return sum(place(value, set()) for value in range(len(fits)))


def same_answer(given: str, accepted: str, unit: str = "") -> bool:
    """Whether two short answers say the same, notation aside: 6 = 六, 72小时 = 三天, 30% = 百分之三十.

    `unit` is what the stem prints behind the blank: there 6分 is as good as 6.
    """
    if fold(given) == fold(accepted) != "":
        return True
    one, other = _value(given), _value(accepted)
    if one is not None and one == other:
        return True
    figures = figures_in(given.strip()), figures_in(accepted.strip())
    whole = [len(f) == 1 and f[0].text == text.strip() for f, text in zip(figures, (given, accepted), strict=True)]
    if all(whole):
        return same_figure(figures[0][0], figures[1][0])
    if whole[0] and other is not None and figures[0][0].unit and unit.startswith(figures[0][0].unit):
        return _value(given.strip().removesuffix(figures[0][0].unit)) == other
    return False


def _value(text: str) -> object:
    return number(text.strip())


def _units_behind(stem: str, blanks: int) -> list[str]:
    """What stands behind each blank of the stem, empty where the stem does not show that many."""
    ends = [m.end() for m in BLANK.finditer(stem)]
    return [stem[end : end + 4].lstrip() for end in ends] if len(ends) == blanks else [""] * blanks
