"""Fill-in items: each blank filled from the clause of the evidence that says the same around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from bot.exam.evidence import Stretch, coverage
from bot.exam.marking import BLANK, same_answer
from bot.exam.slots import Candidate, Slot, candidates, slot_tokens
from bot.exam.terms import RANGE, Token, Weights, figures_of, tokens_of
from bot.figures import Figure, hours_of

_UNITS: tuple[tuple[str, str], ...] = (
    ("duration", r"分钟|个?小时|个?工作日|个?自然日|天|日|周|个?月|个?自然年|年|秒"),
    ("points", r"分(?!钟|期|之|享|别|开|类|店|销)"),
    ("percent", r"[%％]|成"),
    ("money", r"万?元|块"),
    ("times", r"倍"),
    ("count", r"次|种|个|件|位|笔|人|家|张|期|级|条|项|款|类|px|像素"),
)
_KIND_BEFORE: tuple[tuple[str, str], ...] = (
    ("points", r"(?:扣|记|扣分|扣除|累计达?|分数)[^，,。；;]{0,3}$"),
    ("percent money times", r"(?:赔付?|赔偿|补偿|罚款?|违约金|支付|金额|满|减|收取|售价)[^，,。；;]{0,8}$"),
    (
        "percent times",
        r"(?:比例|占比|占|费率|回复率|成交金额的|货款的|价格的|金额的|原价的|销售额的|按[^，,。；;]{0,12}的)[^，,。；;]{0,3}$",
    ),
    ("clock", r"(?:时段|时间段|每天|每日)[^，,。；;]{0,6}$"),
    ("date", r"(?:日期|施行|生效|发布|修订|截止|截至|始于|自|于)[^，,。；;]{0,5}$"),
    ("duration", r"(?:时间|期限|时限|周期|超过|满|时长|每过|每隔)[^，,。；;]{0,6}$"),
)
_KIND_AFTER: tuple[tuple[str, str], ...] = (
    ("duration", r"^(?:[)）\s]*)(?:之?内|以内|之?后|以后|左右|还?未|仍未|没)"),
    ("date", r"^(?:起|前|生效|发布|开始|截止|结束)"),
)
FAR_UNIT = 60  # times as long or short as the unit that a rule tells a time in may be the one that is printed
CONVERTED = 0.9  # what a time counts that the rule tells in another unit
_TRIM = " ,，、:：。；;()（）“”\"'的是为在由约于"
_LOOSE_END = re.compile(r"(?:或者|以及|或|和|及|与|并)$|^(?:或者|以及|或|和|及|与|并)")
_OPENING, _CLOSING = "“「『《【(（", "”」』》】)）"
_JOINING_HEAD = re.compile(
    r"^(?:应[该当]?|必须|务必|须|需要?|可以|仅限于?|只限|仅|只能?|以|由|为|是|在|按照?|从|到|向|基于|根据|包[括含]|含|属于|即|就是|也|都|还|并|的|地)(?=..)"
)
_JOINING_TAIL = re.compile(r"(?<=..)(?:的|地|了|来|所|等|是|为|在|以|之|应|须|将|会|由|或|和)$")
BESIDE = 8  # characters of the stem on either side of a blank that its filling does not repeat
MAX_PHRASE = 18
MAX_EACH = 8
READ = 10  # fillings of a blank whose sentences are read a second time
UNRIVALLED = 0.5  # how far ahead a filling is that nothing else comes up to


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in a blank, how surely (0..1), and whether it is a figure of the kind that the blank asks for."""

    text: str
    score: float
    where: Stretch
    clause: int
    place: tuple[int, int]
    as_asked: bool = False


def offers(
    stem: str, stretches: Sequence[Stretch], weights: Weights, believed: Believed | None = None
) -> list[list[Filling]]:
    """For each blank of a stem what might stand in it, best first. `believed` tells how much a clause's sentence answers
    the stem."""
    offered = []
    for mark in BLANK.finditer(stem):
        slot = Slot(stem, mark.start(), mark.end())
        options = _figures(slot, stretches, weights) + _phrases(slot, stretches, weights)
        options = sorted(options, key=lambda f: -f.score)[:READ]
        if believed is not None:
            more = believed([(f.where, f.clause) for f in options])
            options = [replace(f, score=f.score + m) for f, m in zip(options, more, strict=True)]
        offered.append(sorted(options, key=lambda f: -f.score)[:MAX_EACH])
    return offered


def fill(
    stem: str, stretches: Sequence[Stretch], weights: Weights, believed: Believed | None = None
) -> tuple[tuple[Filling | None, float], ...]:
    """The blanks of a stem in order, each with how far its filling is ahead of the next other one; None where nothing
    fits."""
    offered = offers(stem, stretches, weights, believed)
    filled = _assign(offered)
    taken = {f.place for f in filled if f is not None}
    return tuple(
        (filling, _margin(filling, options, taken) if filling is not None else 0.0)
        for filling, options in zip(filled, offered, strict=True)
    )


def _margin(filling: Filling, options: Sequence[Filling], taken: Set[tuple[int, int]]) -> float:
    rivals = [f.score for f in options if f.place not in taken and not same_answer(f.text, filling.text)]
    return filling.score - max(rivals, default=filling.score - UNRIVALLED)


Believed = Callable[[Sequence[tuple[Stretch, int]]], Sequence[float]]


def expected(slot: Slot) -> tuple[frozenset[str] | None, str]:
    """The kinds of figure a blank asks for (None: no sign of one), and the unit that is printed behind it."""
    after, before = slot.text[slot.end :].lstrip(), slot.text[: slot.start].rstrip()
    for kind, units in _UNITS:
        match = re.match(rf"(?:{units})", after)
        if match:
            return frozenset((kind,)), match.group(0)
    kinds: set[str] = set()
    for names, pattern in _KIND_AFTER:
        if re.match(pattern, after):
            kinds |= set(names.split())
    if not kinds:
        for names, pattern in _KIND_BEFORE:
            if re.search(pattern, before):
                kinds |= set(names.split())
    return (frozenset(kinds) or None), ""


def _asks_who(slot: Slot) -> bool:
    """Whether a blank asks for somebody: 由（　）承担."""
    return bool(re.search(r"[由让找]\s*$", slot.text[: slot.start])) and not re.match(r"\s*\d", slot.text[slot.end :])


def _figures(slot: Slot, stretches: Sequence[Stretch], weights: Weights) -> list[Filling]:
    if _asks_who(slot):
        return []
    kinds, unit = expected(slot)
    ranked = candidates(slot, stretches, weights)
    told = {f.key for f in figures_of(slot.text)}
    found = []
    for candidate in ranked:
        figure = candidate.figure
        if figure.key in told:
            continue  # the stem says it already
        kind = {"倍": "times"}.get(figure.unit, figure.unit if figure.unit in ("clock", "date") else figure.kind)
        if kinds is not None and kind not in kinds:
            continue
        if unit and kind in ("count", "times") and figure.unit.rstrip(RANGE) not in (unit, "个", "位", "人"):
            continue
        text = in_unit(figure, unit)
        if text:
            score = candidate.score * (1.0 if kinds is not None else 0.8 if kind == "count" else 0.85)
            score *= CONVERTED if unit and kind == "duration" and hours_of(figure.unit) != hours_of(unit) else 1.0
            found.append(Filling(text, score, candidate.where, candidate.clause, _place(candidate), kinds is not None))
    return found[:MAX_EACH]


def in_unit(figure: Figure, unit: str) -> str | None:
    """A figure as it reads before a unit that is printed already; None where it does not come out even."""
    if not unit:
        return figure.text.strip().removeprefix("人民币")
    if figure.unit.endswith(RANGE):
        return figure.text.removesuffix(figure.unit.rstrip(RANGE)).strip()
    size = {"万元": 10_000.0, "成": 10.0}.get(unit, 1.0)
    if figure.kind == "duration":
        size = hours_of(unit) or size
        if not 1 / FAR_UNIT <= size / (hours_of(figure.unit) or size) <= FAR_UNIT:
            return None  # nobody asks for days in seconds
    value = round(figure.value / size, 4)
    return f"{value:g}" if value == int(value) or figure.kind != "duration" else None


def _place(candidate: Candidate) -> tuple[int, int]:
    hit = candidate.where.hit
    return (
        hash(hit.passage.article_id) if hit else id(candidate.where),
        candidate.where.offset + candidate.figure.start,
    )


def _phrases(slot: Slot, stretches: Sequence[Stretch], weights: Weights) -> list[Filling]:
    """Words of the evidence that stand between the same words as the blank does."""
    if expected(slot)[1]:
        return []
    kinds, _ = expected(slot)
    tokens = slot_tokens(slot, weights)
    left = [t for t, _ in tokens if t.end <= slot.start][-3:]
    right = [t for t, _ in tokens if t.start >= slot.end][:3]
    found = []
    for where in stretches:
        for number, clause in enumerate(where.clauses):
            fit = coverage(tokens, number, where) * where.prior
            if fit < 0.3:
                continue
            for begin, end, tightness in _between(where.text, clause.start, clause.end, left, right):
                text = pared(where.text[begin:end], slot)
                if 1 < len(text) <= MAX_PHRASE and not figures_of(text) and not _told(text, slot.text):
                    score = fit * tightness * (0.75 if kinds is None else 0.6)
                    found.append(Filling(text, score, where, number, (id(where), begin)))
    return found


def pared(text: str, slot: Slot) -> str:
    """Words cut out of a clause, without what the stem itself says next to its blank and without what only joins: before
    「系统」, the blank takes 承运方 of 「以承运方系统」."""
    opened, closed = (max(text.rfind(mark) for mark in marks) for marks in (_OPENING, _CLOSING))
    if opened > closed:
        text = text[opened + 1 :]  # a name in quotes, of which the clause's end cut off the closing mark
    elif opened < 0 <= closed:
        text = text[: min(at for mark in _CLOSING if (at := text.find(mark)) >= 0)]
    ahead = slot.text[max(0, slot.start - BESIDE) : slot.start].rstrip(_TRIM)
    behind = slot.text[slot.end : slot.end + BESIDE].lstrip(_TRIM)
    while True:
        before = text
        text = _JOINING_TAIL.sub("", _JOINING_HEAD.sub("", _LOOSE_END.sub("", text.strip(_TRIM))))
        for n in range(min(BESIDE, len(text) - 1), 1, -1):
            if text.startswith(ahead[-n:]) and len(ahead) >= n:
                text = text[n:]
            elif text.endswith(behind[:n]) and len(behind) >= n:
                text = text[:-n]
        if text == before:
            return text


def _words(text: str) -> frozenset[str]:
    return frozenset(k for t in tokens_of(text) for k in t.keys if k.startswith("w:"))


def _told(text: str, stem: str) -> bool:
    """Whether the stem says the words already."""
    keys = _words(stem)
    said = [t for t in tokens_of(text) if t.figure is None]
    return not said or all(t.keys & keys for t in said)


def _between(
    text: str, start: int, end: int, left: Sequence[Token], right: Sequence[Token]
) -> list[tuple[int, int, float]]:
    """Spans of a clause from behind a word of the left side to before one of the right side, and how tight they are."""
    inside = [t for t in tokens_of(text) if start <= t.start < end]
    begins = [
        (t.end, 1 - 0.15 * back) for back, word in enumerate(reversed(left)) for t in inside if t.keys & word.keys
    ]
    ends = [(t.start, 1 - 0.15 * ahead) for ahead, word in enumerate(right) for t in inside if t.keys & word.keys]
    spans = [(b, e, tb * te) for b, tb in begins for e, te in ends if 0 < e - b <= MAX_PHRASE + 4]
    spans += [(b, end, tb * 0.8) for b, tb in begins if 0 < end - b <= MAX_PHRASE + 4 and not ends]
    if not left or not begins:
        spans += [(start, e, te * 0.7) for e, te in ends if 0 < e - start <= MAX_PHRASE + 4]
    return spans


def _assign(offered: Sequence[Sequence[Filling]]) -> tuple[Filling | None, ...]:
    """One filling a blank, no place used twice, those that stand together and in order preferred."""
    beams: list[tuple[float, tuple[Filling | None, ...]]] = [(0.0, ())]
    for options in offered:
        grown: list[tuple[float, tuple[Filling | None, ...]]] = []
        for score, chosen in beams:
            grown.append((score, (*chosen, None)))
            for option in options:
                if any(c is not None and c.place == option.place for c in chosen):
                    continue
                bonus = 0.0
                last = next((c for c in reversed(chosen) if c is not None), None)
                if last is not None and last.where is option.where:
                    bonus = 0.05 if option.place[1] > last.place[1] else 0.0
                grown.append((score + option.score + bonus, (*chosen, option)))
        beams = sorted(grown, key=lambda b: -b[0])[:40]
    return beams[0][1]
