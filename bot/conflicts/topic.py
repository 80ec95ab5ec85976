"""What a conflict is about, in a few words cut from the rules themselves."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conflicts.claims import CORE, Claim
from bot.conflicts.told import SAID
from bot.conflicts.words import words
from index.glossary import domain_glossary

_MEASURED = {
    ("points", "penalty"): "扣分",
    ("money", "cap"): "金额上限",
    ("money", "fine"): "违约金",
    ("money", "bond"): "保证金",
    ("money", "pay"): "赔付金额",
    ("money", "fee"): "费用",
    ("percent", "pay"): "赔付比例",
    ("percent", "cap"): "比例上限",
    ("percent", "fee"): "费率",
    ("percent", "deposit"): "定金比例",
    ("bearer", "cost"): "费用由谁承担",
    ("modal", SAID): "说法",
}
_KINDS = {"points": "扣分", "money": "金额", "percent": "比例", "duration": "时限", "count": "数量",
          "modal": "是否允许"}  # fmt: skip
_MAX_WORDS = 3


def topic_of(claims: Sequence[Claim]) -> str:
    """The matter that the claims share, as the newest names it, and what they measure: 「信用卡、手续费：扣分」."""
    newest = claims[0]
    others = [set(c.own) | c.around for c in claims[1:]]
    shared = {n for n, v in newest.own.items() if v >= CORE and all(n in o for o in others)}
    matter = "、".join(_named(newest, shared or set(newest.own))[:_MAX_WORDS])
    measured = _MEASURED.get((newest.kind, newest.role)) or _KINDS[newest.kind]
    return f"{matter}：{measured}" if matter else measured


def _named(claim: Claim, names: set[str]) -> list[str]:
    """The words of the claim, or of its heads, that name these concepts."""
    found: list[str] = []
    vocabulary = words()
    for text in (claim.line.text, claim.line.heads, claim.line.article.title):
        terms = [(t.start, t.end, t.concept) for t in (*vocabulary.extra.terms(text), *domain_glossary().terms(text))]
        for start, end, concept in sorted(terms, key=lambda t: (t[0], -t[1])):
            told = set(vocabulary.same.get(concept, (concept,))) & names
            if told:
                names = names - told
                found.append(text[start:end])
    return found
