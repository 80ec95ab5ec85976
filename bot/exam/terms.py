"""Texts as weighted terms: words that carry meaning, the glossary's concepts over them, and figures."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from bot.figures import Figure, figures_in
from index.glossary import domain_glossary

# Concepts that only say whether something may be done, or what nearly every rule is about: no matter of their own.
_IDLE_CONCEPTS = frozenset(
    "allowed forbidden required support condition handle process rule exception voluntary_ default platform deduct_points "
    "apply submit hours72 hours48 hours24 days7 days10 days15 days30 days5 minutes30 minutes5 percent30 percent10 workday "
    "minimum cap complete_time severity_count shop promo refuse".split()
)
_PLATFORM_CONCEPTS = frozenset("taobao tmall jd pdd douyin kuaishou ali1688 ali".split())
_STOP = frozenset(
    "可以 应该 应当 需要 必须 不能 不得 能够 如果 或者 以及 并且 但是 因为 所以 由于 对于 关于 其中 进行 下列 以下 下面 哪些 哪项 哪种 哪个 "
    "什么 怎样 如何 说法 做法 正确 错误 属于 情况 问题 时候 没有 不会 不要 可能 相关 有关 一般 通常 多少 多久 几分 是否 已经 还是 为了 通过 "
    "之内 以内 以上 以下 之后 之前 以后 其他 任何 所有 一个 这个 该 后 前 内 时 的 了 是 在 和 与 及 或 等 把 被 将 会 就 都 也 还 可 要 由 对 "
    "为 以 从 到 给 让 向 用 有 无 不 没 未 能 应 须 需 请 做 中 上 下 里 自 其 此 各 每 最 更 很 太 又 再 才 只 仅 已 一 个 于 而 则 若 如 即 并 且 所 者 地 得 着 过 "
    "以上 合适 恰当 行为 方式 处理 要求 规定 按照 根据 不可以 做出 怎么 哪里 一律 这样 那样 目前 现在 系统 平台 规则".split()
)
_TENTHS = re.compile(r"([一二两三四五六七八九])成(?![为立交功员果本熟])")
_DIGITS = "零一二三四五"
_DROPPED_TAGS = ("u", "y", "x", "o", "e")
_SINGLE_DROPPED = ("d", "p", "c", "r", "q", "f", "m")
_WORD = re.compile(r"[\u3400-\u9fffA-Za-z]")
_CLOCK = re.compile(
    r"(?:早上?|晚上?|上午|下午)?(\d{1,2})(?:[:：](\d\d)|点)\s?(?:[-—~～至到]+)\s?(?:早上?|晚上?|上午|下午)?(\d{1,2})(?:[:：](\d\d)|点)"
)
_DATE = re.compile(r"(?:(20\d\d)\s?年)?(\d{1,2})月(\d{1,2})[日号]|(20\d\d)年(?!\d)")
_BEHIND = re.compile(
    r"(?<=[\u4e00-\u9fff])[后前](?=(?:\d+|[一二两三四五六七八九十]+)个?(?:分钟|小时|工作日|自然日|天|日|月|年|周))"
)
RANGE = "~"  # behind the unit of a figure that is a range
_RANGE = re.compile(r"(\d+)\s?(?:[-~～—至到]{1,2}|[*×])\s?$")
_ZERO_POINTS = re.compile(r"不(?:会|用|予|再)?(?:被)?扣分")
_ORDINAL = re.compile(r"第([一二两三四五])次|(首次|初次|第1次)|(再次|第2次)|([二两三四五])次(?=[及即或以]{0,2}以上)")
FIGURE_WEIGHT = 1.3


@dataclass(frozen=True, slots=True)
class Token:
    """A meaning-bearing word at text[start:end]; `keys` name it (w: word, c: concept), a figure has its key alone."""

    start: int
    end: int
    word: str
    keys: frozenset[str]
    figure: Figure | None = None
    lead: frozenset[str] = frozenset()  # the keys that name it best: its word, and the concept of the longest words


def figures_of(text: str) -> list[Figure]:
    """What bot.figures reads, and besides 三成 (30 %), hours of the day from-to and dates, which exams ask for too."""
    found: list[Figure] = []
    for match in _CLOCK.finditer(text):
        first, second = (int(match.group(g)) * 60 + int(match.group(g + 1) or 0) for g in (1, 3))
        found.append(Figure("count", first * 10_000.0 + second, match.group(0), match.start(), match.end(), "clock"))
    for match in _DATE.finditer(text):
        year, month, day = match.group(1) or match.group(4), match.group(2), match.group(3)
        value = int(year or 0) * 10_000 + int(month or 0) * 100 + int(day or 0)
        found.append(Figure("count", float(value), match.group(0), match.start(), match.end(), "date"))
    for match in _ZERO_POINTS.finditer(text):
        found.append(Figure("points", 0.0, match.group(0), match.start(), match.end(), "分"))
    for match in _TENTHS.finditer(text):
        value = "一二三四五六七八九".index(match.group(1).replace("两", "二")) + 1
        found.append(Figure("percent", value * 10.0, match.group(0), match.start(), match.end(), "%"))
    taken = [(f.start, f.end) for f in found]
    # bot.figures passes over a figure behind 后 (it means 前后几天): 「收货后24小时内」 is one here.
    for figure in figures_in(_BEHIND.sub("，", text)):
        if not any(s < figure.end and figure.start < e for s, e in taken):
            found.append(figure)
    return sorted((_with_range(f, text) for f in found), key=lambda f: f.start)


def _with_range(figure: Figure, text: str) -> Figure:
    """A figure that ends a range (3-5位), as the whole range."""
    match = _RANGE.search(text, max(0, figure.start - 8), figure.start)
    if match is None or figure.unit in ("clock", "date") or not figure.text[0].isdigit():
        return figure
    value = int(match.group(1)) * 1_000_000.0 + figure.value
    return Figure(figure.kind, value, text[match.start() : figure.end], match.start(), figure.end, figure.unit + RANGE)


def figure_key(figure: Figure) -> str:
    """The term of a figure: equal in value, equal in term, whatever the notation."""
    kind, value, unit = figure.key
    return f"f:{kind}:{value:g}:{unit}"


@lru_cache(maxsize=65536)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The meaning-bearing words and the figures of a text, in order."""
    figures = figures_of(text)
    taken = [(f.start, f.end) for f in figures]
    concepts = [t for t in domain_glossary().terms(text.replace("帐", "账")) if t.concept not in _IDLE_CONCEPTS]
    tokens = [Token(f.start, f.end, f.text, frozenset((figure_key(f),)), f) for f in figures]
    for match in _ORDINAL.finditer(text):
        time = (
            1
            if match.group(2)
            else 2
            if match.group(3)
            else _DIGITS.index((match.group(1) or match.group(4)).replace("两", "二"))
        )
        tokens.append(
            Token(
                match.start(), match.end(), match.group(0), frozenset((f"o:{time}",)), None, frozenset((f"o:{time}",))
            )
        )
        taken.append((match.start(), match.end()))
    at = 0
    for word, tag in rjieba.tag(text.replace("帐", "账")):
        start, at = at, at + len(word)
        if any(s < at and start < e for s, e in taken):
            continue
        over = frozenset(f"c:{c.concept}" for c in concepts if c.start < at and start < c.end)
        if not _WORD.search(word) and not over:
            continue
        idle = word in _STOP or tag[:1] in _DROPPED_TAGS or (len(word) == 1 and tag[:1] in _SINGLE_DROPPED)
        if idle and (not over or word in _STOP):
            continue
        spans = [c for c in concepts if c.start < at and start < c.end]
        longest = max((c.end - c.start for c in spans), default=0)
        lead = frozenset(f"c:{c.concept}" for c in spans if c.end - c.start == longest) | {f"w:{word.lower()}"}
        tokens.append(Token(start, at, word.lower(), over | lead, None, lead))
    return tuple(sorted(tokens, key=lambda t: t.start))


class Weights:
    """How much a term tells, from how few of the corpus's passages hold it. Weights lie in 0..1."""

    def __init__(self, passages: Iterable[str]) -> None:
        """Counts the passages' terms."""
        counts: Counter[str] = Counter()
        total = 0
        for text in passages:
            total += 1
            counts.update({key for token in tokens_of(text) for key in token.keys})
        self._counts = counts
        self._total = max(total, 1)

    def of(self, token: Token) -> float:
        """The weight of a token: its rarest concept's, else its word's; a word that no passage holds tells less."""
        if token.figure is not None:
            return FIGURE_WEIGHT
        concepts = [k for k in token.keys if k.startswith("c:")]
        if concepts and {c[2:] for c in concepts} <= _PLATFORM_CONCEPTS:
            return 0.15
        known = [k for k in (concepts or token.keys) if self._counts[k]]
        if not known:
            return 0.9 if concepts else 0.45
        return max(self._idf(k) for k in known)

    def _idf(self, key: str) -> float:
        return math.log(1 + self._total / self._counts[key]) / math.log(1 + self._total) + 0.05
