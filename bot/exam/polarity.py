"""Whether a clause affirms or denies, and which way a stem asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.exam.cues import (
    ASKS,
    ASKS_WRONG,
    AVERTED,
    BAD_CONSEQUENCE,
    BAD_HEAD,
    BARRED_AHEAD,
    BREACH_LEAD,
    CONDITION,
    DEONTIC,
    FRESH_LEAD,
    NEGATORS,
    NOT_NEGATING,
    OBLIGES,
    OPPOSITES,
    REPORTED,
    TABOO_LEAD,
    TAIL_WRONG,
    THIS_CASE,
)
from bot.exam.evidence import Stretch
from bot.exam.terms import Token, Weights, tokens_of

_CLAUSES = re.compile(r"[，,。；;！!？?：:]")
_HARD_END = (
    r"[，。；;！!？?：:（）()\s]|[、丶](?=\s?(?:不|禁|请|勿|切|严|未|无|可|应|需|也))|,(?!\d{3})"
    r"|(?=但|却|而是|才能|否则|就|则|需(?!要)|应当?|须)"
)
_SCOPE_END = re.compile(_HARD_END)
_MODIFIER_END = re.compile(_HARD_END + r"|的(?=[\u4e00-\u9fff]{1,6})")
_TOPIC_START = re.compile(r"[，。；;！!？?：:（）()\s]|,(?!\d{3})|但|却")
_COMMENT = re.compile(
    r"^(?:能|得|可以?|允许|许|准|予|要|会|支持|属于)?(?:说|算|用|退|提|写|发|收|理赔|退还|计|行|包邮|退换|计入|支持|理|办理)?(?:的|了)?$"
)
_EXCEPT = re.compile(r"除了?([^，。；,;]{2,12}?)(?:之|以)?外")
_LISTED = re.compile(r"^\s*(?:[(（]\d{1,2}[)）]|\d{1,2}\s?[、.．)]|[①-⑳])")
_SENTENCES = re.compile(r"(?<=[。！？!?；;\n])|\s(?=[(（]\d{1,2}[)）]|\d{1,2}\s?[、.．)]|[①-⑳])")
COMMON = 0.4  # words up to this weight (buyer, seller) are barred with everything and tell nothing
SHORT_LEAD = 24
_LEADS = re.compile(r"以下|下述|下列|如下|包括|[:：]\s*$")
_BARS = re.compile(r"(?:不(?=能|得|可|要|许|准|应|该|允许|会)|禁止|严禁|切勿|勿|别|杜绝|避免|拒绝|谢绝|忌)")
REACH = 2  # clauses on each side of the one that matches in which a word may be found denied


@lru_cache(maxsize=65536)
def denied_spans(text: str) -> tuple[tuple[int, int], ...]:
    """For each negator the [start, end) that it denies: the rest of its clause; what no 不能 or 禁止 bars, only up to a 的."""
    plain = NOT_NEGATING.sub(lambda m: "〇" * len(m.group(0)), text)
    spans = []
    for match in NEGATORS.finditer(plain):
        ends = _SCOPE_END if _BARS.match(plain, match.start()) else _MODIFIER_END
        end = ends.search(plain, match.end())
        stop = end.start() if end else len(plain)
        start = match.end()
        if _COMMENT.match(plain[start:stop]):
            # 「别家的名字不能说」: what is denied stands ahead of the negator.
            start = max((m.end() for m in _TOPIC_START.finditer(plain, 0, match.start())), default=0)
        spans.append((start, stop))
    spans += [m.span(1) for m in _EXCEPT.finditer(text)]
    return tuple(spans)


def denied(text: str, at: int) -> bool:
    """Whether what stands at an offset is denied (an even number of negators affirms again)."""
    return sum(s <= at < e for s, e in denied_spans(text)) % 2 == 1


def _barred(text: str, at: int) -> bool:
    """Whether what stands at an offset is denied by 不能, 不得, 禁止 and their like."""
    return denied(text, at) and any(
        s <= at < e and _BARS.search(text, max(0, s - 2), s + 1) is not None for s, e in denied_spans(text)
    )


def agreement(text: str, tokens: Sequence[Token], where: Stretch, clause: int, weights: Weights | None = None) -> float:
    """-1 (one denies what the other affirms) .. 1 over the words that both say near the clause; 0 where neither denies."""
    low, high = max(0, clause - REACH), min(len(where.clauses), clause + REACH + 1)
    home = where.clauses[clause].sentence
    near = [c for c in where.clauses[low:high] if c.sentence == home]
    theirs = [t for c in near for t in c.tokens]
    own = where.clauses[clause]
    total = agree = 0.0
    for token in tokens:
        pairs = [t for t in theirs if t.keys & token.keys]
        if not pairs or token.figure is not None:
            continue
        inside = [t for t in pairs if own.start <= t.start < own.end] or pairs
        barred = [t for t in pairs if _barred(where.text, t.start)]
        telling = weights is None or weights.of(token) > COMMON
        if telling and barred and not _barred(text, token.start):
            inside = barred  # 「不得退出,退出的原因包括…」: the rule is where the act is barred
        mine, said = denied(text, token.start), [denied(where.text, t.start) for t in inside]
        if not mine and not any(said):
            continue
        if not mine and all(said) and _conditional(where, inside[0].start):
            continue  # 「如未上传单号,关闭申请」 does not deny that the number must be uploaded
        weight = 1.0 if own.start <= inside[0].start < own.end else 0.5
        weight *= weights.of(token) if weights else 1.0
        total += weight
        agree += weight if mine in said else -weight
    return agree / total if total else 0.0


def _conditional(where: Stretch, at: int) -> bool:
    return names_case(where, next(n for n, c in enumerate(where.clauses) if c.start <= at < c.end))


def in_breach_list(where: Stretch, clause: int) -> bool:
    """Whether a clause stands in a list of what shops do wrongly."""
    lead = where.before + where.text[: where.clauses[clause].end]
    return _last(BREACH_LEAD, lead) > max(_last(TABOO_LEAD, lead), _last(FRESH_LEAD, lead))


def names_case(where: Stretch, clause: int) -> bool:
    """Whether a clause only names a case and rules nothing: 如未…, 逾期未…的, …后."""
    part = where.clauses[clause]
    return CONDITION.search(where.text[part.start : part.end]) is not None


def denies(tokens: Sequence[Token], where: Stretch, clause: int) -> bool:
    """Whether a clause itself bars (不能, 禁止) one of the words that it shares with a statement."""
    part = where.clauses[clause]
    if not _BARS.search(where.text, part.start, part.end):
        return False
    keys = {k for t in tokens for k in t.keys}
    return any(denied(where.text, t.start) for t in part.tokens if t.keys & keys)


def opposed(one: str, other: str) -> bool:
    """Whether the texts differ in a word and its opposite: one is about before, the other about after."""
    for plus, minus in OPPOSITES:
        a, b = (re.search(plus, one), re.search(minus, one)), (re.search(plus, other), re.search(minus, other))
        if (a[0] and not a[1] and b[1] and not b[0]) or (a[1] and not a[0] and b[0] and not b[1]):
            return True
    return False


def bad_example(where: Stretch, clause: int) -> bool:
    """Whether the evidence tells the act of a clause as one that is wrong: punished, or in a list of breaches."""
    part = where.clauses[clause]
    text = where.text[part.start : part.end]
    start, end = where.sentence_span(clause)
    lead = where.before + where.text[: part.start]
    bad, fresh = max(_last(BREACH_LEAD, lead), _last(TABOO_LEAD, lead)), _last(FRESH_LEAD, lead + text)
    if bad > fresh and _LISTED.match(where.text[start:end]):
        return not OBLIGES.search(text) or REPORTED.search(text) is not None
    if DEONTIC.search(text) and not REPORTED.search(where.text, max(0, part.start - 6), part.end):
        return False
    before, behind = where.text[start : part.start], AVERTED.sub("", where.text[part.end : end + 40])
    if BAD_CONSEQUENCE.search(behind[: max(0, end - part.end)][:24]) and not DEONTIC.search(before):
        return True
    if THIS_CASE.search(behind) and BAD_CONSEQUENCE.search(behind):
        return True
    if bad > fresh:
        return True
    return BAD_HEAD.search(where.heading) is not None and not BAD_CONSEQUENCE.search(text) and fresh < 0


def lead_of(where: Stretch, clause: int) -> str:
    """The sentence that leads in the list in which a clause stands; empty where it stands in none."""
    start, end = where.sentence_span(clause)
    own = _LISTED.match(where.text[start:end])
    if not own:
        return ""
    ahead = where.before + where.text[:start]
    first = _number(own) == 1
    for piece in reversed([p for p in _SENTENCES.split(ahead) if p.strip()]):
        mark = _LISTED.match(piece)
        if mark and _style(mark) == _style(own) and not first:
            first = _number(mark) == 1
        elif first:
            leads = _LEADS.search(piece) or (
                len(piece.strip()) <= SHORT_LEAD and not piece.rstrip().endswith(("。", ";", "；"))
            )
            return piece if leads else ""
    return ""


def _number(mark: re.Match[str]) -> int:
    """The number of a list item's marker."""
    digits = re.search(r"\d+", mark.group(0))
    return int(digits.group(0)) if digits else ord(mark.group(0).strip()[0]) - ord("①") + 1


def _style(mark: re.Match[str]) -> str:
    """The marker of a list item without its number."""
    return re.sub(r"[\d\s①-⑳]+", "", mark.group(0))


def against_lead(asked: str, where: Stretch, clause: int) -> bool:
    """Whether the list of a clause is led in by the opposite of what is asked: 「以下商品不支持退货: (1)…」."""
    lead = lead_of(where, clause)
    if not lead or not denied_spans(lead):
        return False
    keys = {k: denied(lead, t.start) for t in tokens_of(lead) for k in t.keys}
    shared = [(keys[k], denied(asked, t.start)) for t in tokens_of(asked) for k in t.keys if k in keys]
    return any(theirs and not mine for theirs, mine in shared)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def wanted(stem: str) -> int:
    """1 where a stem asks for what holds (is right, allowed, belongs), -1 where for what does not."""
    asking = ASKS.search(stem)
    if asking:
        text = NOT_NEGATING.sub("〇", stem[asking.start() :])
        flips = len(ASKS_WRONG.findall(text)) + (BARRED_AHEAD.search(stem[: asking.start()]) is not None)
        return -1 if flips % 2 else 1
    parts = [p for p in _CLAUSES.split(stem.strip(" ?？。：:（）()")) if p.strip()]
    return -1 if parts and TAIL_WRONG.search(parts[-1]) else 1
