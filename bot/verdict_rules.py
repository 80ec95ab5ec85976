"""What a sentence rules: its clauses with the stance that governs each, and what its heads and leads make of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from bot.verdict_words import without_quotes, words

Stance = Literal[
    "forbid", "punish", "bad", "deny", "exempt", "permit", "require", "exclusive", "clear", "except", "tell", "state"
]
Lead = Literal["say", "words", "breach", "refuse", "avoid", "duty", "allow", "none"]

# Stances whose act stands before them: 「…的,扣6分」.
BEHIND = ("punish", "bad", "clear")
_CLAUSE = re.compile(
    r"[,，。;；!！?？:：\n()（）—]|(?<=[\u4e00-\u9fff■])\s+(?=[\u4e00-\u9fff■])|[、丶](?=不(?!同)|禁|可|应|切|请勿|须)|但(?=是|不)"
)
_NUMBER = re.compile(r"^\s*[(（]?(?:\d+(?:\.\d+)*|[一二三四五六七八九十]+|[①-⑳a-z])\s?[)）.、,，丶]?\s*")
_CASE = re.compile(
    r"^\s*(?:如果?|若|当|凡|一旦|倘若|假如|对于|遇到|只要|因|由于|为了|关于|针对)|(?:的话|的情况下?|情况|时|后|的)\s*$"
)
_UNPUNISHED = re.compile(r"(?:无法|不会|不予|不再|不支持|不能)[^的会将要]{0,8}")
_TOPIC = re.compile(r"[未没不][^,，的]{1,6}的[^,，的]{1,6}$")
_ASKS = re.compile(r"(?:吗|(?<![什怎那这多])么)\s*$")
_ELSE = re.compile(r"\s*(?:答应|回答|否则|若|不然)")
_TALK = re.compile(r"(?:商家|卖家|客服|店铺)?(?:表示|告知|提出|声称|说|回答|回复|答应|答)")
_SPEAKER = re.compile(r"(?:商家|卖家|客服)[^,，]{0,4}(?:表示|告知|提出|声称|说|回)")
_MADE = re.compile(r"让|商家要求|商家表示")
_PRESCRIBED = re.compile(r"不得|不要|切勿|禁止|严禁|请勿|不能说|应|须|务必|注意|处理|技巧|此种|如客户|若客户")


@dataclass(frozen=True, slots=True)
class Clause:
    """sentence[start:end] with the stance that governs it; `own` where it says so itself, and then `act` is where its
    act begins. `object` is what stands behind that stance, in whichever clause; `negations` counts those of the act
    that the stance speaks of; `talk` where that act is something said, `case` where the clause only names a case."""

    start: int
    end: int
    stance: Stance
    own: bool
    act: int
    negations: int
    talk: bool = False
    case: bool = False
    asking: bool = False
    object: str = ""


class _Mark(NamedTuple):
    """A stance at text[start:end]."""

    stance: Stance
    start: int
    end: int


@lru_cache(maxsize=8192)
def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """The clauses of a sentence, each with its own stance or the one that it stands under."""
    plain = without_quotes(sentence)
    spans = _spans(plain)
    cases = [_CASE.search(plain[s:e]) is not None for s, e in spans]
    own = _rulings([_own(plain, s, e) for s, e in spans], cases)
    return tuple(_clause(sentence, plain, spans, cases, own, i) for i in range(len(spans)))


def _rulings(own: list[_Mark | None], cases: Sequence[bool]) -> list[_Mark | None]:
    """Without the stances of clauses that describe a case or a breach: they are no rules of their own."""
    kept: list[_Mark | None] = []
    for i, mark in enumerate(own):
        if mark is not None and i + 1 < len(own):
            punished = any(m is not None and m.stance in ("punish", "bad") for m in own[i + 1 : i + 4])
            if (cases[i] and mark.stance in ("deny", "exempt", "require", "permit", "tell")) or (
                mark.stance in ("deny", "tell") and punished
            ):
                mark = None
        kept.append(mark)
    return kept


def _clause(
    sentence: str, plain: str, spans: Sequence[tuple[int, int]], cases: Sequence[bool], own: Sequence[_Mark | None], i: int
) -> Clause:
    start, end = spans[i]
    which = i if own[i] is not None else _governor(own, spans, plain, i, cases[i])
    mark = None if which is None else own[which]
    asking = plain[end : end + 1] in ("?", "？") or _ASKS.search(plain[start:end]) is not None
    if which is None or mark is None or (mark.stance == "except" and which != i):
        # A bare case (五天内未操作的,) is told of what follows.
        tail = slice(*spans[-1]) if cases[i] and which is None and i + 1 < len(spans) else slice(start, end)
        negations = words().negations(plain[tail])
        return Clause(start, end, "state", False, start, negations, case=cases[i], asking=asking)
    behind = mark.stance in BEHIND
    talk = _TALK.search(plain[max(0, spans[max(0, min(i, which) - 1)][0] - 3) : spans[max(i, which)][1]]) is not None
    act = _act(plain, spans[which], mark, plain[start:end])
    # 「未付款的订单,可以取消」: what only names a case or a thing has no act of its own.
    topic = which > i and _TOPIC.search(plain[start:end]) is not None
    if which != i and (behind or not (cases[i] or topic)):
        act = plain[start:end]
    elif which == i and not behind and not act.strip():
        act = plain[start : mark.start]
    return Clause(
        start, end, mark.stance, which == i, mark.end if which == i and not behind else start,
        words().negations(act), talk, cases[i], asking, sentence[mark.end : spans[which][1]],
    )  # fmt: skip


def _act(plain: str, span: tuple[int, int], mark: _Mark, clause: str) -> str:
    """The act that a stance speaks of, up to a further ban in its clause (一定不要告知…不能: that one is told)."""
    if mark.stance in BEHIND:
        return plain[span[0] : mark.start]
    if _TALK.search(clause):
        return plain[mark.end : span[1]]
    further = (m.start() for m in words().stance.finditer(plain, mark.end, span[1]) if m.lastgroup == "forbid")
    return plain[mark.end : next(further, span[1])]


def _spans(text: str) -> list[tuple[int, int]]:
    number = _NUMBER.match(text)
    at = number.end() if number and number.end() < len(text) else 0
    spans = []
    for match in _CLAUSE.finditer(text, at):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(text)))
    return [s for s in spans if len(text[slice(*s)].strip()) > 1] or [(0, len(text))]


def _own(text: str, start: int, end: int) -> _Mark | None:
    """The stance of a clause: its first, unless a harder one follows (可以…的不支持, 会扣分)."""
    first: _Mark | None = None
    for match in words().stance.finditer(text, start, end):
        if match.lastgroup == "skip":
            continue
        mark = _Mark(match.lastgroup, match.start(), match.end())  # type: ignore[arg-type]
        if first is None:
            first = mark
            continue
        compensates = mark.stance == "punish" and match.group(0)[0] in "赔先"
        if mark.stance == "punish" and not compensates and _UNPUNISHED.fullmatch(text[first.start : mark.start]):
            return _Mark("clear", first.start, mark.end)
        if first.stance == "deny":
            # 「没有…的, 不得」: having none of something only describes who is meant.
            describes = text[first.start : first.end].endswith(("未", "没", "有"))
            if describes or (mark.stance in ("forbid", "punish", "bad") and not match.group(0).startswith("赔")):
                first = mark
        elif (
            first.stance in ("permit", "require", "tell")
            and mark.stance in ("forbid", "punish", "bad", "exempt", "exclusive", "clear")
        ) or (first.stance == "tell" and mark.stance in ("require", "permit", "deny")):
            first = mark
            break
    if first is not None and first.stance == "exclusive" and text[first.start] == "除" and text[first.start : first.end] != "除非":
        return _Mark("except", first.start, first.end)
    return first


def _governor(
    own: Sequence[_Mark | None], spans: Sequence[tuple[int, int]], text: str, i: int, case: bool
) -> int | None:
    """Which clause's stance a clause without one stands under: a case under what follows, a further item under what
    went before, a described act under the punishment behind it."""
    after = next((j for j in range(i + 1, min(len(own), i + 4)) if own[j] is not None), None)
    before = next((j for j in range(i - 1, max(-1, i - 3), -1) if own[j] is not None), None)
    if case and after is not None:
        return after
    if after is not None and _ELSE.match(text, spans[after][0]):
        after = None  # 「答:请按实付开(答应扣6分)」: what stands before is the right answer
    if _stance_at(own, after) in ("punish", "bad"):
        return after
    if _stance_at(own, before) in ("forbid", "require", "punish", "bad", "exempt", "clear"):
        return before
    return after


def _stance_at(own: Sequence[_Mark | None], i: int | None) -> str:
    mark = None if i is None else own[i]
    return mark.stance if mark is not None else ""


def described(sentence: str, clause: Clause) -> bool:
    """Whether a clause in a list of breaches describes one, rather than say what to do about it."""
    if clause.stance in ("state", "deny", "tell"):
        return True
    told = _PRESCRIBED.search(sentence[: clause.end]) is None
    if clause.talk and _SPEAKER.search(sentence):
        return told
    if clause.stance in ("punish", "bad", "clear", "exempt"):
        return False
    # 「可以」 and 「应」 in such a list say how it should be.
    return (told and clause.stance in ("forbid", "exclusive")) or _MADE.search(sentence) is not None


def lead_of(sentence: str, lead: str) -> Lead:
    """What the heads and leads above a sentence, or the head that it starts with, make of what it says."""
    forms = words().lead
    if forms["words"].search(sentence[:20]) and not forms["say"].search(lead):
        return "words"
    kinds: tuple[Lead, ...] = ("say", "words", "breach", "avoid", "refuse", "allow", "duty")
    return next((kind for kind in kinds if forms[kind].search(lead)), "none")
