"""How well a clause fits the asked act, and whether it rules the same act or its opposite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.figures import Figure, figures_in
from bot.verdict_asked import MODAL_TERMS, Asked
from bot.verdict_rules import Clause
from bot.verdict_words import quotes_of, without_quotes, words
from bot.vocabulary import Vocabulary, key_terms
from ingest.platforms import platforms_in

# The act's own terms count half as much again, those of its circumstances by this share.
ASIDE = 0.6
# A word that no rule uses tells nothing of how well a rule fits.
UNKNOWN = 0.5
_CJK = re.compile("[\u4e00-\u9fff]")
_BAD = re.compile(
    r"骂|吵|怼|命令|私自|偷偷|恶意|刷(?=单|粉|评|好评|差评|量|销)|造假|假(?!日|期|如)|骗|吹|盗|泄露|威胁|辱|敷衍|诱导|乱|随口|瞎|拖着|晾"
)
# Axes that a question asks about, rather than names in passing.
_PREDICATES = frozenset(("price", "level", "once", "keep", "join"))
# A rule against one side of these favours the other: what must not be charged is free.
_EITHER_OR = frozenset(("price", "truth", "kind"))
_PARTIES = frozenset(
    f"c:{name}" for name in "buyer seller agent platform shop taobao tmall jd pdd douyin kuaishou".split()
)
_ONE = re.compile(r"[一1]\s?([家个次件张种款份])")
_EMPTY = frozenset("的了吗不能可以行要会我他她你们这那是有没在给让把个就说买家客户商卖店人上下里去来还都也么吧得做用")


def share(asked: Asked, text: str, vocabulary: Vocabulary) -> float:
    """How much of the asked act a clause names, 0 to about 1.5."""
    weights = {
        t: (vocabulary.weight(t) if vocabulary.knows(t) else UNKNOWN) * (1.5 if t in asked.act_terms else ASIDE)
        for t in asked.terms
    }
    total = sum(weights.values()) or 1.0
    shared = sum(weights[t] for t in asked.terms & key_terms(text))
    sides = words().sides(text, asked.sides)
    for axis, side in asked.sides.items():
        if axis in sides:
            shared += (9.0 if axis == "price" else 5.5) + (sides[axis] == side)
    if asked.bearer and words().bearer(text):
        shared += 8.0
    consequence = words().consequence
    if asked.frame != "breach" and consequence.search(asked.act) and consequence.search(text):
        shared += 4.0
    # Words that neither glossary nor segmentation knows are seen by their characters.
    shared += sum(1.0 for pair in _pairs(asked.act) if pair in text)
    shared += sum(0.5 for c in set(asked.act) if _CJK.match(c) and c not in _EMPTY and c in text)
    return shared / (total + 4.0)


@lru_cache(maxsize=2048)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1) if _CJK.match(text[i]) and _CJK.match(text[i + 1]))


def names_act(asked: Asked, text: str) -> bool:
    """Whether a text has any word of the asked act, beside who does it and where."""
    if (asked.act_terms - _PARTIES) & key_terms(text) or words().sides(text, asked.sides):
        return True
    return any(pair in text and not _EMPTY & set(pair) for pair in _pairs(asked.act))


def asks_predicate(asked: Asked) -> bool:
    """Whether the question is about a price, a level, one or several parts, keeping or joining."""
    return bool(_PREDICATES & set(asked.sides))


def settles(asked: Asked, text: str) -> bool:
    """Whether a clause settles such a question, or who bears a cost, by itself."""
    if words().sides(text, _PREDICATES & set(asked.sides)):
        return True
    return asked.bearer != 0 and _bearer(asked, text) != 0


def rules_other(asked: Asked, clause: Clause) -> bool:
    """Whether what a clause allows or forbids is named and has nothing of the question in it."""
    if not clause.own or clause.stance in ("punish", "bad", "clear", "exclusive", "except", "state"):
        return False
    named = {t for t in key_terms(clause.object) if t.startswith("c:")} - _PARTIES - MODAL_TERMS
    if not named or named & asked.terms:
        return False
    return not any(c in clause.object for c in asked.act if _CJK.match(c) and c not in _EMPTY)


def excepted(asked: Asked, sentence: str, clause: Clause) -> bool:
    """Whether the question asks about what the clause takes out (除…外)."""
    named = key_terms(sentence[clause.act : clause.end])
    others = key_terms(sentence[: clause.start] + " " + sentence[clause.end :])
    # 除自动回复外,机器人回复都算: what both name does not tell which of them is asked about.
    alone, beside = (named - others) & asked.terms, (others - named) & asked.terms
    if len(alone) != len(beside) and (named & others & asked.terms):
        return len(alone) > len(beside)
    return bool(named) and 2 * len(named & asked.terms) >= len(named)


def exclusive(asked: Asked, sentence: str, clause: Clause) -> int:
    """Only so: +1 where the question names what alone is allowed, -1 where it asks for something else."""
    one = _ONE.search(clause.object)
    if one and re.search(rf"[两二三四五六七八九多几2-9]\s?{one.group(1)}", asked.act):
        return -1
    only, named = set(platforms_in(clause.object)), set(platforms_in(asked.act))
    if only and named:
        return 1 if only & named else -1
    allowed = key_terms(clause.object)
    missing = {t for t in allowed - asked.terms if t.startswith("c:")} - _PARTIES - MODAL_TERMS
    around = key_terms(sentence[clause.start : clause.end]) if clause.own else allowed
    extra = {t for t in asked.terms - around if not t.isascii() or ":" in t}
    return -1 if missing and (extra or not allowed & asked.terms) else 1


def turn(asked: Asked, clause: Clause, sentence: str, name: str, sign: int) -> int:
    """+1 where the asked act and the clause's are the same, -1 where one is the other's opposite, 0 where the clause
    says nothing of the asked one."""
    text = sentence[clause.start : clause.end]
    same: int = (-1) ** ((asked.negations + _negations(asked, clause, sentence, name)) % 2)
    bearer = _bearer(asked, text)
    if asked.bearer and bearer:
        return same * asked.bearer * bearer
    against = _against(asked, text)
    if against and sign < 0 and not _EITHER_OR & against:
        return 0
    if against or (sign > 0 and _BAD.search(asked.act) and not _BAD.search(text)):
        return -same
    return same


def _negations(asked: Asked, clause: Clause, sentence: str, name: str) -> int:
    """The negations of the clause's act, to be set against the question's."""
    known = words()
    if name in ("lead_say", "lead_words"):
        return 0
    if name == "lead_breach":
        if asked.said_negations and quotes_of(sentence):
            # Excuses listed word for word (“机器维修中”, “无法开具”) refuse with a negation or without, as the asked one.
            return 0
        mine = asked.negations + asked.said_negations
        theirs = known.negations(without_quotes(sentence[clause.start : clause.end]))
        whole = known.negations(without_quotes(sentence))
        return (whole if asked.said_negations and (mine + whole) % 2 == 0 else theirs) + asked.said_negations
    if clause.talk or (asked.saying and clause.negations and "“" not in asked.act):
        if asked.said_negations % 2:
            # What is said may be told with its negation or without: either way it is the same act.
            return asked.negations
        if name in ("punish", "bad") and (asked.negations + clause.negations) % 2 and not clause.own:
            return known.negations(without_quotes(sentence))
    return clause.negations


def _against(asked: Asked, text: str) -> set[str]:
    """The axes on which a text takes the other side than the question."""
    sides = words().sides(text, asked.sides)
    return {axis for axis, side in asked.sides.items() if sides.get(axis, side) != side}


def _bearer(asked: Asked, text: str) -> int:
    """Who bears the cost; what is free costs the buyer nothing."""
    if asked.bearer == 0:
        return 0
    return words().bearer(text) or int(words().sides(text, ("price",)).get("price") == 1)


def opposed(asked: Asked, text: str) -> bool:
    """Whether the clause takes the other side of what is asked, or lets the other party bear the cost."""
    return bool(_against(asked, text)) or asked.bearer * _bearer(asked, text) < 0


def met(figures: Sequence[Figure], text: str) -> bool | None:
    """Whether a figure of the question meets the limit that the text sets; None where there is none to compare."""
    for limit in figures_in(text) if figures else ():
        asked = [f for f in figures if f.kind == limit.kind and (f.kind != "count" or f.unit == limit.unit)]
        if not asked:
            continue
        before, after = text[max(0, limit.start - 4) : limit.start], text[limit.end : limit.end + 6]
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
