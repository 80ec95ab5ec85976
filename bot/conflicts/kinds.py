"""Words that set two rules apart where the rest is alike: 食品类目 and 珠宝类目, 25分档 and 75分档, 白班 and 夜班."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.conflicts.conditions import conditions_apart, faults_apart
from bot.conflicts.speech import STATUS, TELLING, Spoken, credit
from bot.conflicts.views import View, other_results
from bot.figures import figures_in

_RATE = re.compile(r"([\u4e00-\u9fff]{2})率")
_NAME = re.compile(r"[“「『\"]([\u4e00-\u9fff]{3,8})[”」』\"]")
HEAD = 2  # characters that names of one family end with: 店铺价保 and 直播价保
# Two words with less than this in common name different things.
UNLIKE = 0.3
# So many of the same words behind what opens a clause make a frame of it.
RUN = 2
PATTERN = 0.55


def told_apart(one: View, other: View) -> bool:
    """Whether the rules, or the titles they stand under, name two kinds or steps of one thing."""
    if _steps_differ(one.claim.line.article.title, other.claim.line.article.title):
        return True
    if other_results(one, other) or _rates_differ(one, other) or _names_differ(one, other):
        return True
    lines = one.claim.line.text, other.claim.line.text
    if conditions_apart(*lines) or (one.claim.kind == "bearer" and faults_apart(*lines)):
        return True
    around = [[spoken for _, spoken in view.near] for view in (one, other)]
    if kinds_differ(one.own, other.own, *around) or frames_differ(one.own, other.own, *around):
        return True
    if not _titles_alike(one.claim.line.article.title, other.claim.line.article.title):
        return False
    titles = (one.title, other.title)
    return kinds_differ(*titles, *around) or frames_differ(*titles, *around, acts=True)


def kinds_differ(one: Spoken, other: Spoken, all_one: Sequence[Spoken], all_other: Sequence[Spoken]) -> bool:
    """Whether both put another word before the same one, and neither knows the other's word."""
    for kind, thing in one.pairs:
        for kind_too, thing_too in other.pairs:
            if kind == kind_too or not _same_thing(thing, one, thing_too, other):
                continue
            if _is_status(kind, one) or _is_status(kind_too, other):
                return True  # 「未付款订单」 and 「货到付款订单」
            if _unknown(kind, one, all_other) and _unknown(kind_too, other, all_one):
                return True
    return False


def frames_differ(
    one: Spoken, other: Spoken, all_one: Sequence[Spoken], all_other: Sequence[Spoken], *, acts: bool = False
) -> bool:
    """Whether one thing stands for another in the same run of words: 「鉴定为假货的」 and 「鉴定为正品的」.

    With `acts` an act that stands for another will do, as in titles of one pattern.
    """
    mine, theirs = ([word for word, _ in s.sequence] for s in (one, other))
    steps = SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes()
    for at, (step, a, b, c, d) in enumerate(steps):
        if step != "replace" or not _framed(steps, at):
            continue
        if not (_names_thing(one.sequence[a:b], one, acts) and _names_thing(other.sequence[c:d], other, acts)):
            continue
        new = [_new(w, one, all_other) for w in mine[a:b]] + [_new(w, other, all_one) for w in theirs[c:d]]
        if all(new):
            return True
    return False


def _framed(steps: Sequence[tuple[str, int, int, int, int]], at: int) -> bool:
    """Whether the same words stand on both sides, or a run of them behind what opens the clause."""
    if at + 1 >= len(steps):
        return False
    return at > 0 or steps[at + 1][2] - steps[at + 1][1] >= RUN


def _new(word: str, own: Spoken, there: Sequence[Spoken]) -> bool:
    return word in own.weights and _unknown(word, own, there)


def _names_thing(run: Sequence[tuple[str, bool]], own: Spoken, acts: bool) -> bool:
    return any((thing or acts) and own.weights.get(word, 0.0) >= TELLING for word, thing in run)


def _rates_differ(one: View, other: View) -> bool:
    """Whether two shares are of rates with other names: 退货率 and 差评率."""
    names = [_RATE.findall(view.claim.own_text) for view in (one, other)]
    if one.claim.kind != "percent" or not all(names):
        return False
    mine, theirs = (found[-1] for found in names)
    known = one.own.inner.get(mine, frozenset()) & other.own.inner.get(theirs, frozenset())
    return not (set(mine) & set(theirs) or known)


def _names_differ(one: View, other: View) -> bool:
    """Whether each names another member of one family in quotation marks."""
    mine, theirs = (set(_NAME.findall(view.claim.own_text)) for view in (one, other))
    return not mine & theirs and any(a[-HEAD:] == b[-HEAD:] for a in mine for b in theirs)


def _titles_alike(one: str, other: str) -> bool:
    """Titles made after one pattern set their articles apart by what they change; others are worded freely."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= PATTERN


def _is_status(kind: str, own: Spoken) -> bool:
    return kind[0] in STATUS and kind not in own.weights


def _same_thing(thing: str, one: Spoken, thing_too: str, other: Spoken) -> bool:
    if thing == thing_too:
        return True
    return not one.inner.get(thing, frozenset()).isdisjoint(other.inner.get(thing_too, frozenset()))


def _unknown(word: str, own: Spoken, there: Sequence[Spoken]) -> bool:
    return all(credit(word, own, spoken, alone=True) < UNLIKE for spoken in there)


def _steps_differ(one: str, other: str) -> bool:
    mine, theirs = ({f.key for f in figures_in(t)} for t in (one, other))
    return any(a[0] == b[0] and a[2] == b[2] for a in mine - theirs for b in theirs - mine)
