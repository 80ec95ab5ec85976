"""What a sentence rules: its clauses with the stance that governs each, and what its heads and leads make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.verdict_words import words, without_quotes

Stance = Literal["forbid", "punish", "exempt", "permit", "require", "exclusive", "clear", "deny", "except", "tell", "bad", "state"]
Lead = Literal["say", "words", "breach", "refuse", "avoid", "duty", "allow", "none"]

_CLAUSE = re.compile(r"[,，。;；!！?？:：\n()（）—]|(?<=[\u4e00-\u9fff■])\s+(?=[\u4e00-\u9fff■])|[、丶](?=不(?!同)|禁|可|应|切|请勿|须)|但(?=是|不)")
_NUMBER = re.compile(r"^\s*[(（]?(?:\d+(?:\.\d+)*|[一二三四五六七八九十]+|[①-⑳a-z])\s?[)）.、,，丶]?\s*")
_CASE = re.compile(r"^\s*(?:如果?|若|当|凡|一旦|倘若|假如|对于|遇到|只要|因|由于|为了|关于|针对)|(?:的话|的情况下?|情况|时|后|的)\s*$")
_ELSE = re.compile(r"\s*(?:答应|回答|否则|若|不然)")
_UNPUNISHED = re.compile(r"(?:无法|不会|不予|不再|不支持|不能)[^的会将要]{0,8}")
_TALK = re.compile(r"(?:商家|卖家|客服|店铺)?(?:表示|告知|提出|声称|说|回答|回复|答应|答)")


@dataclass(frozen=True, slots=True)
class Clause:
    """sentence[start:end] with the stance that governs it; `own` where it says so itself, at [mark, act) of the sentence.

    `object` is what stands behind that stance, wherever; `negations` counts those of the act that the stance speaks of; `talk` where that act is something said."""

    start: int
    end: int
    stance: Stance
    own: bool
    act: int
    negations: int
    talk: bool
    case: bool
    asking: bool = False
    object: str = ""


def clauses_of(sentence: str) -> list[Clause]:
    """The clauses of a sentence, each with its own stance or the one that it stands under."""
    plain = without_quotes(sentence)
    spans = _spans(plain)
    own = [_own(plain, s, e) for s, e in spans]
    for i, (start, end) in enumerate(spans):
        # What a case or a breach describes is no rule of its own.
        told = own[i]
        case = _CASE.search(plain[start:end]) is not None
        if told is None or i + 1 == len(spans):
            continue
        if case and told[0] in ("deny", "exempt", "require", "permit", "tell") or (
            told[0] in ("deny", "tell") and any(o is not None and o[0] in ("punish", "bad") for o in own[i + 1 : i + 4])
        ):
            own[i] = None
    found = []
    for i, (start, end) in enumerate(spans):
        case = _CASE.search(plain[start:end]) is not None
        which = i if own[i] is not None else _governor(own, spans, plain, i, case)
        if which is None and case:
            # A bare case (五天内未操作的,) is told of what follows.
            tail = plain[slice(*spans[-1])] if i + 1 < len(spans) else ""
            found.append(Clause(start, end, "state", False, start, words().negations(tail), False, case))
            continue
        if which is None:
            found.append(Clause(start, end, "state", False, start, words().negations(plain[start:end]), False, case))
            continue
        stance, begin, stop = own[which]  # type: ignore[misc]
        if stance == "except" and which != i:
            found.append(Clause(start, end, "state", False, start, words().negations(plain[start:end]), False, case))
            continue
        inner = next((m.start() for m in words().stance.finditer(plain, stop, spans[which][1]) if m.lastgroup == "forbid"), None)
        last = spans[which][1] if inner is None or _TALK.search(plain[start:end]) else inner
        act = plain[stop:last] if stance not in ("punish", "bad", "clear") else plain[spans[which][0] : begin]
        text = plain[start:end]
        if which == i:
            # 「开票不得拒绝」: what stands before the stance may hold the refusal as well.
            negations = words().negations(act)
            if stance not in ("punish", "bad", "clear") and not act.strip():
                negations = words().negations(plain[start:begin])
        elif stance in ("punish", "bad", "clear") or not case:
            negations = words().negations(text)
        else:
            negations = words().negations(act)
        at = stop if which == i and stance not in ("punish", "bad", "clear") else start
        talk = _TALK.search(plain[max(0, spans[max(0, min(i, which) - 1)][0] - 3) : spans[max(i, which)][1]]) is not None
        asking = plain[end : end + 1] in ("?", "？") or plain[start:end].rstrip().endswith(("吗", "么"))
        found.append(Clause(start, end, stance, which == i, at, negations, talk, case, asking, sentence[stop : spans[which][1]]))
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    number = _NUMBER.match(text)
    at = number.end() if number and number.end() < len(text) else 0
    spans = []
    for match in _CLAUSE.finditer(text, at):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(text)))
    return [s for s in spans if len(text[slice(*s)].strip()) > 1] or [(0, len(text))]


def _own(text: str, start: int, end: int) -> tuple[Stance, int, int] | None:
    """The first stance of a clause; a punishment or an exemption counts wherever it stands."""
    first = None
    for match in words().stance.finditer(text, start, end):
        name = match.lastgroup
        if name == "skip":
            continue
        found: tuple[Stance, int, int] = (name, match.start(), match.end())  # type: ignore[assignment]
        if first is None:
            first = found
        elif first[0] in ("deny", "forbid") and name == "punish" and match.group(0)[0] not in "赔先" and _UNPUNISHED.fullmatch(text[first[1] : match.start()]):
            # 「不会处罚」 and 「无法申请赔偿」 take the consequence away.
            return "clear", first[1], match.end()
        elif first[0] == "deny" and (name in ("forbid", "punish", "bad") and not match.group(0).startswith("赔") or text[first[1] : first[2]].endswith(("未", "没", "有"))):
            first = found
        elif first[0] in ("permit", "require", "tell") and name in ("forbid", "punish", "bad", "exempt", "exclusive", "clear") or (
            first[0] == "tell" and name in ("require", "permit", "deny")
        ):
            # 「可以…的不支持」, 「会扣分」: the harder word rules unless the first one grants an exemption from it.
            first = found
            break
    if first is not None and first[0] == "exclusive" and text[first[1]] == "除" and text[first[1] : first[2]] != "除非":
        return "except", first[1], first[2]
    return first


def _governor(
    own: list[tuple[Stance, int, int] | None], spans: list[tuple[int, int]], text: str, i: int, case: bool
) -> int | None:
    """Which clause's stance a clause without one stands under: a case under what follows, a further item under what
    went before, a described act under the punishment behind it."""
    after = next((j for j in range(i + 1, min(len(own), i + 4)) if own[j] is not None), None)
    before = next((j for j in range(i - 1, max(-1, i - 3), -1) if own[j] is not None), None)
    if case and after is not None:
        return after
    if after is not None and _ELSE.match(text, spans[after][0]) and not case:
        after = None  # 「答:请按实付开(答应扣6分)」: what stands before is the right answer
    if after is not None and own[after][0] in ("punish", "bad"):  # type: ignore[index]
        return after
    if before is not None and own[before][0] in ("forbid", "require", "punish", "bad", "exempt", "clear"):  # type: ignore[index]
        return before
    return after


PRESCRIBED = re.compile(r"不得|不要|切勿|禁止|严禁|请勿|不能说|应|须|务必|注意|处理|技巧|此种|如客户|若客户")


def lead_of(sentence: str, lead: str) -> Lead:
    """What the heads and leads above a sentence, or the head that it starts with, make of what it says."""
    forms = words().lead
    if forms["say"].search(lead):
        return "say"
    if forms["words"].search(lead) or re.search(r"极限词", sentence[:20]):
        return "words"
    if forms["breach"].search(lead):
        return "breach"
    if forms["avoid"].search(lead):
        return "avoid"
    if forms["refuse"].search(lead):
        return "refuse"
    if forms["allow"].search(lead):
        return "allow"
    return "duty" if forms["duty"].search(lead) else "none"
