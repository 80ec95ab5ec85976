"""How the clauses of the evidence fit the asked act: signed readings, from which the verdict is voted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.figures import Figure, figures_in
from bot.verdict_asked import MODAL_TERMS, Asked
from bot.verdict_context import SentenceContext
from bot.verdict_rules import PRESCRIBED, Clause, Lead, clauses_of, lead_of
from bot.verdict_words import words, without_quotes
from bot.vocabulary import Vocabulary, key_terms

# A sentence further down the list speaks with less weight.
# What the act is told in counts in full, its circumstances by this share.
ASIDE = 0.6
POWER = 0.85
UNRULED = 0.7
UNKNOWN = 0.5
HARD = 1.3
FLOOR = 0.15
# What a permission is worth that does not name the act.
ASTRAY = 0.2
ASTRAY_HARD = 0.8
# What a rule is worth that is about the same thing and rules another act.
OTHER_OBJECT = 0.6
MIN_WEIGHT = 0.1
DECAY = 2.0
PLACE = (1.0, 0.6, 0.4)
_SIGN = {"forbid": -1, "punish": -1, "exempt": -1, "permit": 1, "require": 1, "exclusive": 1, "clear": 1, "deny": -1, "except": 1, "tell": 1, "bad": -1, "state": 1}
_BELOW = re.compile(r"(?:未满|不满|低于|小于|不超过|不到|少于|不足|最多|至多|不高于|以内|之内)")
_ABOVE = re.compile(r"(?:满|达到?|超过|高于|大于|不少于|不低于|至少|多于|超出|逾)")
_CJK = re.compile("[\u4e00-\u9fff]")
_BAD = re.compile(r"骂|吵|怼|命令|私自|偷偷|恶意|刷(?=单|粉|评|好评|差评|量|销)|造假|假(?!日|期|如)|骗|吹|盗|泄露|威胁|辱|敷衍|诱导|乱|随口|瞎|拖着|晾")
_POINTS_BACK = re.compile(r"\s*(?:因为|否则|不然|那么|这|此|会|将|要|是|同样|均|都|一律|每次|以免|避免|免得|这样)")
SIDED = {"price": 9.0}
_PREDICATES = frozenset(("price", "level", "once", "keep", "join"))
_PARTIES = {
    f"c:{name}" for name in ("buyer", "seller", "agent", "platform", "shop", "taobao", "tmall", "jd", "pdd", "douyin", "kuaishou")
}
_ONE = re.compile(r"[一1]\s?([家个次件张种款份])")
_HEDGE = re.compile(r"可能|部分|一些|个别|有时")
_EMPTY = frozenset("的了吗不能可以行要会我他她你们这那是有没在给让把个就说买家客户商卖店人上下里去来还都也么吧得做用")
_SAME_LEADS = ("say", "words")


@dataclass(frozen=True, slots=True)
class Reading:
    """One vote: `value` is above 0 for yes and below for no, `name` is the weight that it has, `sentence` its place."""

    name: str
    value: float
    sentence: int
    stance: str


def readings_of(asked: Asked, sentences: Sequence[tuple[str, str] | SentenceContext], vocabulary: Vocabulary) -> Iterator[Reading]:
    """The readings of the sentences: of each its best-fitting clause, a lesser one of its next, and its lead's."""
    contexts = [c if isinstance(c, SentenceContext) else SentenceContext(*c) for c in sentences[: len(PLACE)]]
    for place, context in enumerate(contexts):
        weight = PLACE[place]
        if context.score is not None and contexts[0].score is not None:
            weight = max(MIN_WEIGHT, math.exp((context.score - contexts[0].score) / DECAY))
        text = context.answer or context.sentence
        lead = f"{context.lead} {context.sentence}" if context.answer else context.lead
        yield from _of_sentence(asked, place, weight, text, lead, context.before, vocabulary)


def _of_sentence(
    asked: Asked, place: int, weight: float, sentence: str, lead: str, before: str, vocabulary: Vocabulary
) -> Iterator[Reading]:
    clauses = clauses_of(sentence)
    shares = [_share(asked, sentence[c.start : c.end], vocabulary) for c in clauses]
    kind = lead_of(sentence, lead)
    if asked.frame == "breach":
        shares = [s + (0.25 if c.stance in ("punish", "clear") else 0.0) for s, c in zip(shares, clauses, strict=True)]
    excepted = any(c.stance == "except" and c.own and _excepted(asked, sentence, c) for c in clauses)
    if excepted:
        shares = [max(shares)] * len(shares)
    near = [s + 0.3 * max([0.0, *shares[max(0, i - 1) : i], *shares[i + 1 : i + 2]]) for i, s in enumerate(shares)]
    near = [n * (HARD if c.own and c.stance in ("forbid", "deny", "exempt") else 1.0) * (1.0 if c.own or kind != "none" else UNRULED) for n, c in zip(near, clauses, strict=True)]
    near = [n * (0.3 if c.stance in ("punish", "bad") and c.own and _POINTS_BACK.match(sentence[c.start : c.end]) else 1.0) for n, c in zip(near, clauses, strict=True)]
    decisive = [_decides(asked, sentence[c.start : c.end]) for c in clauses]
    near = [n + 1.0 if d else n for n, d in zip(near, decisive, strict=True)]
    shares = [max(s, 0.6) if d else s for s, d in zip(shares, decisive, strict=True)]
    order = sorted((i for i, c in enumerate(clauses) if not c.asking), key=lambda i: (-round(near[i], 3), i))
    if len(clauses) > 1:
        order = [i for i in order if clauses[i].stance != "except"]
    for rank, i in enumerate(order[:2]):
        clause = clauses[i]
        # A permission must speak of the act; a ban or a list of bans is seldom about anything else.
        floor = 0.0 if clause.stance in ("permit", "tell", "state", "require") and kind == "none" else FLOOR
        strength = weight * (floor + (1 - floor) * min(1.0, shares[i]) ** POWER) * (1.0 if rank == 0 else 0.35)
        if kind == "none" and not _names_act(asked, sentence):
            strength *= ASTRAY if clause.stance in ("permit", "tell", "state", "require") else ASTRAY_HARD
        elif _other_object(asked, clause):
            strength *= OTHER_OBJECT
        if any(axis in _PREDICATES for axis in asked.sides) and not decisive[i]:
            strength *= ASIDE
        if _HEDGE.search(sentence[clause.start : clause.end]):
            strength *= 0.6
        if rank and shares[i] < 0.5 * shares[order[0]]:
            break
        under: Lead = "breach" if _listed(before + sentence[: clause.start]) else kind
        for reading in _of_clause(asked, place, sentence, clause, under, strength):
            yield replace(reading, name="except", value=-reading.value) if excepted else reading


def _listed(before: str) -> bool:
    """Whether a list of breaches was opened before and nothing said since how it should be."""
    found = list(words().lead["breach"].finditer(before))
    return bool(found) and re.search(r"[:：]", before[found[-1].end() :][:6]) is not None and not re.search(
        r"处理|技巧|提醒|注意|怎么办", before[found[-1].end() :]
    )


def _of_clause(
    asked: Asked, place: int, sentence: str, clause: Clause, lead: Lead, strength: float
) -> Iterator[Reading]:
    stance: str = clause.stance
    name = stance
    sign = _SIGN[stance]
    if lead in _SAME_LEADS and stance not in ("require",):
        name, sign = f"lead_{lead}", -1
    elif lead == "breach" and _described(sentence, clause):
        name, sign = "lead_breach", -1
    elif lead == "avoid" and stance in ("state", "deny", "exclusive"):
        name, sign = "lead_avoid", -1
    elif lead == "refuse" and stance == "state":
        name, sign = "lead_refuse", -1
    elif lead in ("allow", "duty") and stance == "state":
        name, sign = f"lead_{lead}", 1
    words_of = sentence[clause.start : clause.end]
    turn = _turn(asked, clause, words_of, sentence, name, sign)
    met = _met(asked.figures, words_of)
    if met is None:
        met = _met(asked.figures, sentence[: clause.end])
    if met is False:
        turn = -turn
    if sign > 0 and stance in ("require", "state", "exclusive") and asked.lacking & key_terms(words_of):
        turn = -abs(turn)
    if stance == "exclusive" and name == stance:
        turn = _exclusive(asked, sentence, clause)
    value = sign * turn
    if asked.frame == "breach":
        value = -value
    elif stance in ("punish", "clear") and words().consequence.search(asked.act):
        value = -value
    if asked.turned:
        value = -value
    if asked.frame == "must" and stance == "permit" and name == "permit":
        name = "permit_must"
    if asked.frame == "may" and stance == "exempt":
        name = "exempt_free" if turn < 0 else "exempt_may"
    if name == "state" and clause.negations % 2:
        name = "negated"
    elif name == "state" and asked.frame == "fact":
        name = "state_fact"
    if turn < 0 and sign > 0 and _opposed(asked, words_of):
        name = "opposed"
    if turn < 0 and name in ("forbid", "permit", "require", "state", "tell"):
        name += "_owed" if name == "forbid" and asked.frame != "may" else "_turned"
    if name == "lead_duty" and asked.frame == "must":
        name = "lead_duty_must"
    elif asked.frame == "must" and name in ("lead_say", "lead_words"):
        value = value * 0.3
    yield Reading(name, value * strength, place, stance)


def _opposed(asked: Asked, text: str) -> bool:
    """Whether the clause takes the other side of what is asked, or lets the other party bear the cost."""
    sides = words().sides(text)
    bearer = words().bearer(text) or int(asked.bearer != 0 and words().sides(text).get("price") == 1)
    return any(sides.get(axis, side) != side for axis, side in asked.sides.items()) or bool(
        asked.bearer and bearer and bearer != asked.bearer
    )


def _described(sentence: str, clause: Clause) -> bool:
    """Whether a clause in a list of breaches describes one, rather than say what to do about it."""
    if clause.stance in ("state", "deny", "tell"):
        return True
    if clause.talk and re.search(r"(?:商家|卖家|客服)[^,，]{0,4}(?:表示|告知|提出|声称|说|回)", sentence):
        return PRESCRIBED.search(sentence[: clause.end]) is None
    if clause.stance in ("punish", "clear", "exempt"):
        return False
    # 「可以」 and 「应」 in such a list say how it should be.
    return PRESCRIBED.search(sentence[: clause.end]) is None and clause.stance in ("forbid", "exclusive") or (
        "让" in sentence or "商家要求" in sentence or "商家表示" in sentence
    )


def _turn(asked: Asked, clause: Clause, text: str, sentence: str, name: str, sign: int) -> int:
    """+1 where the asked act and the clause's are the same, -1 where one is the other's opposite."""
    known = words()
    mine = asked.negations
    theirs = clause.negations
    if name in ("lead_say", "lead_words"):
        theirs = 0
    elif name == "lead_breach":
        theirs, mine = known.negations(without_quotes(text)), mine + asked.said_negations
        whole = known.negations(without_quotes(sentence))
        if asked.said_negations and mine % 2 == whole % 2:
            theirs = whole
    elif clause.talk or (asked.saying and theirs and "“" not in asked.act):
        # What is said may be told with its negation or without: either way it is the same act.
        if asked.said_negations % 2:
            theirs = mine
        elif name in ("punish", "bad") and (mine + theirs) % 2 and not clause.own:
            theirs = known.negations(without_quotes(sentence))
    turn = (-1) ** (mine + theirs)
    bearer = known.bearer(text) or 0
    if asked.bearer and not bearer and known.sides(text).get("price") == 1:
        bearer = 1  # free: the buyer bears nothing
    if asked.bearer and bearer:
        return turn * (1 if asked.bearer == bearer else -1)
    sides = known.sides(text)
    opposed = [axis for axis, side in asked.sides.items() if sides.get(axis, side) != side]
    if opposed and sign < 0 and not {"price", "truth", "kind"} & set(opposed):
        return 0  # a rule against the one says nothing of the other
    if opposed:
        turn = -turn
    elif sign > 0 and _BAD.search(asked.act) and not _BAD.search(text):
        turn = -turn
    return turn


def _exclusive(asked: Asked, sentence: str, clause: Clause) -> int:
    """Only so: +1 where the question names what alone is allowed, -1 where it asks for something else."""
    one = _ONE.search(clause.object)
    if one and re.search(rf"[两二三四五六七八九多几2-9]\s?{one.group(1)}", asked.act):
        return -1
    allowed = key_terms(clause.object)
    missing = {t for t in allowed - asked.terms if t.startswith("c:")} - _PARTIES - MODAL_TERMS
    extra = {t for t in asked.terms - (key_terms(sentence[clause.start : clause.end]) if clause.own else allowed) if not t.isascii() or ":" in t}
    return -1 if missing and (extra or not allowed & asked.terms) else 1


def _excepted(asked: Asked, sentence: str, clause: Clause) -> bool:
    """Whether the question asks about what the clause takes out (除…外)."""
    named = key_terms(sentence[clause.act : clause.end])
    return bool(named) and 2 * len(named & asked.terms) >= len(named)


def _met(figures: Sequence[Figure], text: str) -> bool | None:
    """Whether a figure of the question meets the limit that the clause sets; None where there is none to compare."""
    for limit in figures_in(text):
        asked = [f for f in figures if f.kind == limit.kind and (f.kind != "count" or f.unit == limit.unit)]
        if not asked:
            continue
        before, after = text[max(0, limit.start - 4) : limit.start], text[limit.end : limit.end + 3]
        value = asked[0].value
        if re.search(r"未满|不满|不到|低于|小于|少于|不足", before):
            return value < limit.value
        if re.search(r"不超过|最多|至多|不高于", before) or re.match(r"\s?(?:[(（]含[)）])?\s?(?:之内|以内|内)", after):
            return value <= limit.value
        if re.search(r"超过|高于|大于|多于|超出|逾", before):
            return value > limit.value
        if re.search(r"满|达|至少|不少于|不低于", before) or re.match(r"\s?(?:及|或)?以上", after):
            return value >= limit.value
    return None


def _names_act(asked: Asked, text: str) -> bool:
    """Whether a text has any word of the asked act, beside who does it and where."""
    if (asked.act_terms - _PARTIES) & key_terms(text) or set(asked.sides) & set(words().sides(text)):
        return True
    return any(
        asked.act[i : i + 2] in text
        for i in range(len(asked.act) - 1)
        if all(_CJK.match(c) and c not in _EMPTY for c in asked.act[i : i + 2])
    )


def _decides(asked: Asked, text: str) -> bool:
    """Whether a clause settles by itself what is asked: who pays, at what price, up or down, in one or in parts."""
    sides = words().sides(text)
    if any(axis in sides for axis in asked.sides if axis in _PREDICATES):
        return True
    return asked.bearer != 0 and (words().bearer(text) != 0 or sides.get("price") == 1)


def _other_object(asked: Asked, clause: Clause) -> bool:
    """Whether what a clause allows or forbids is named and has nothing of the question in it."""
    if not clause.own or clause.stance in ("punish", "bad", "clear", "exclusive", "except", "state"):
        return False
    named = {t for t in key_terms(clause.object) if t.startswith("c:")} - _PARTIES - MODAL_TERMS
    return bool(named) and not named & asked.terms and not any(c in clause.object for c in asked.act if _CJK.match(c) and c not in _EMPTY)


def _share(asked: Asked, text: str, vocabulary: Vocabulary) -> float:
    """How much of the asked act a clause names, 0 to about 1.5."""
    weights = {
        # A word that no rule uses tells nothing of how well a rule fits.
        t: (vocabulary.weight(t) if vocabulary.knows(t) else UNKNOWN) * (1.5 if t in asked.act_terms else ASIDE)
        for t in asked.terms
    }
    total = sum(weights.values()) or 1.0
    shared = sum(weights[t] for t in asked.terms & key_terms(text))
    sides = words().sides(text)
    shared += sum(SIDED.get(axis, 5.5) + (sides[axis] == side) for axis, side in asked.sides.items() if axis in sides)
    pairs = {asked.act[i : i + 2] for i in range(len(asked.act) - 1) if _CJK.match(asked.act[i]) and _CJK.match(asked.act[i + 1])}
    shared += 1.0 * sum(1 for p in pairs if p in text)
    if asked.bearer and words().bearer(text):
        shared += 8.0
    if asked.frame != "breach" and words().consequence.search(asked.act) and words().consequence.search(text):
        shared += 4.0
    shared += 0.5 * sum(1 for c in set(asked.act) if _CJK.match(c) and c not in _EMPTY and c in text)
    return shared / (total + 4.0)
