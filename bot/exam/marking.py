"""Marking: whether a prediction is what the key accepts, whatever the notation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.exam.terms import figures_of
from bot.numerals import number
from ingest.articles import fold
from ingest.exam import ExamItem

Prediction = str | bool | tuple[str, ...] | None
_UNIT = r"(?:个|万)?(?:元|分钟|分|天|日|次|种|秒|小时|月|年|笔|件|%|％)?"
_BARE = re.compile(rf"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万]+)\s?({_UNIT})")
_FILLERS = re.compile(r"^(?:是|为|在|约|的)|(?:之内|以内|内|左右|以上|的|等|后)$")


def same_answer(said: str, accepted: str) -> bool:
    """Whether two fillings of a blank say the same: equal words, or one figure of equal value in any notation."""
    one, other = _plain(said), _plain(accepted)
    if fold(one) == fold(other) and fold(one):
        return True
    if fold(_FILLERS.sub("", one)) == fold(_FILLERS.sub("", other)) != "":
        return True
    mine, theirs = figures_of(one), figures_of(other)
    if len(mine) == 1 and len(theirs) == 1:
        return mine[0].key == theirs[0].key and _rest(one, mine[0].text) == _rest(other, theirs[0].text)
    bare_one, bare_other = _BARE.fullmatch(one), _BARE.fullmatch(other)
    if bare_one and bare_other and (not bare_one.group(2) or not bare_other.group(2)):
        return number(bare_one.group(1)) == number(bare_other.group(1))
    return False


def blanks_right(item: ExamItem, predicted: Prediction) -> list[bool]:
    """For each blank whether it is filled rightly; blanks that stand side by side as a list may change places."""
    keys = item.answer if isinstance(item.answer, tuple) else ()
    said: Sequence[str] = predicted if isinstance(predicted, tuple) else ()
    filled = [*said, *[""] * len(keys)][: len(keys)]
    in_order = [any(same_answer(f, a) for a in accepted) for f, accepted in zip(filled, keys, strict=True)]
    if all(in_order) or not _exchangeable(item.stem, len(keys)):
        return in_order
    left = list(keys)
    marks = []
    for f in filled:
        match = next((k for k in left if any(same_answer(f, a) for a in k)), None)
        if match is not None:
            left.remove(match)
        marks.append(match is not None)
    return marks if sum(marks) > sum(in_order) else in_order


def is_correct(item: ExamItem, predicted: Prediction) -> bool:
    """Whether the prediction is right; a fill-in item is when every blank is. None is never right."""
    if predicted is None:
        return False
    if item.type == "fill_in":
        marks = blanks_right(item, predicted)
        return bool(marks) and all(marks)
    if item.type == "true_false":
        return isinstance(predicted, bool) and predicted is item.answer
    return isinstance(predicted, str) and predicted.strip().upper() == item.answer


def _exchangeable(stem: str, blanks: int) -> bool:
    """Whether nothing but 和, 或, 、 stands between the blanks."""
    between = BLANK.split(stem)[1:-1]
    return (
        blanks > 1
        and len(between) == blanks - 1
        and all(re.fullmatch(r"\s*(?:和|与|及|或|、|,|，|以及)?\s*", b) for b in between)
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" 。.,;、")


def _rest(text: str, figure: str) -> str:
    """What stands beside a figure and is more than a filler (the 以上 of 600元以上)."""
    return fold(_FILLERS.sub("", text.replace(figure, "", 1).strip()))


BLANK = re.compile(r"[(（]\s*[)）]|_{2,}|＿{2,}")
