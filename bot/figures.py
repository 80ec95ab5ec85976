"""Figures in rule text with units: points, money, percentages, durations, counts; normalised, at exact offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.answers import FactKind

_DIGITS = "零〇一二两三四五六七八九"
_CN = r"[零〇一二两三四五六七八九十百千万亿]+"
_NUM = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_N = rf"(?:{_NUM}|{_CN})"
_SCALE = r"\s?[万千百亿]?"
_HOURS = {
    "秒": Decimal(1) / 3600, "秒钟": Decimal(1) / 3600, "分钟": Decimal(1) / 60, "小时": Decimal(1),
    "个小时": Decimal(1), "h": Decimal(1), "天": Decimal(24),
    "日": Decimal(24), "自然日": Decimal(24), "工作日": Decimal(24),
    "个工作日": Decimal(24),
    "个自然日": Decimal(24), "周": Decimal(168), "个星期": Decimal(168), "星期": Decimal(168), "个月": Decimal(720),
    "个自然月": Decimal(720), "自然月": Decimal(720), "季度": Decimal(2160), "个季度": Decimal(2160),
    "年": Decimal(8760), "个自然年": Decimal(8760), "自然年": Decimal(8760), "半年": Decimal(4380),
}  # fmt: skip
_COUNT_UNITS = "笔|次|件|个|倍|期|人|位|家|张|级|款|单|种|条|项|钻|字|步|点|颗|px|PX|像素|kb|KB|k|mb|MB|M"
_TIME = "|".join(sorted(_HOURS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<percent_cn>百分之\s?(?P<pc>{_N}))"
    rf"|(?P<permille>(?P<pml>[千万])分之\s?(?P<pm>{_N}))"
    rf"|(?P<tenths>(?P<te>[一二两三四五六七八九])成(?=[的，,。；;、）)赔以]|$|左右|违约|货款|补偿))"
    rf"|(?P<percent>(?P<p>{_NUM})\s?[%％])"
    rf"|(?P<clock>\d{{1,2}}[:：]\s?\d{{2}})"
    rf"|(?P<date>20\d\d\s?年(?:\s?\d{{1,2}}月(?:\s?\d{{1,2}}[日号])?)?|\d{{1,2}}月\d{{1,2}}[日号]?)"
    rf"|(?P<half>半(?:个)?(?P<hu>年|月|小时|天))"
    rf"|(?P<points>(?P<pt>{_NUM}|[零一二两三四五六七八九十百]+)\s?分(?![钟之期享别开类店类派公布散销拨析摊歧配内辨成数寸销人明支])(?!拣))"
    rf"|(?P<money>(?:人民币|[¥￥])\s?(?P<m1>{_N})(?P<s1>{_SCALE})\s?元?|(?P<m2>{_N})(?P<s2>{_SCALE})\s?(?:元|块钱|块(?!\w)|圆))"
    rf"|(?P<time>(?P<t>{_N})\s?(?P<tu>{_TIME}))"
    rf"|(?P<count>(?P<c>{_N})\s?(?P<cu>{_COUNT_UNITS}))"
)
# 「一个」「一点」「第一次」 are words, not figures; small Chinese numerals count only before units that rules count in.
_LOOSE = re.compile(r"^[一两]\s?(?:个|点|些|种|款|位|人|家|条|项|步|级|字)$")
_NOT_BEFORE = re.compile(r"[第每同单唯统另任某哪这那几]$")
_IDIOMS = re.compile(
    r"一(?:天|日|年)到晚|一(?:级|流|次性)|三无|千万(?:不|别|要|注)|百分(?:百)?(?!之)|十分(?!钟)|万分(?!之)"
    r"|(?<![扣罚记减])(?:八分|三分)(?![，,。;；以])|一分[钱价]"
)
_WEAK_TIME = re.compile(r"^[一]\s?(?:天|日|年|周)$")
# 「一天」 may be any day; 「一天内」, 「一周之内」 and 「满一年」 are terms.
_WITHIN = re.compile(r"\s?(?:之内|以内|内)")
_UNTIL = re.compile(r"(?:满|超过|超出?|逾期?|足|不到|至少|最多|最长|延长|提前|保修|质保|有效期)\s?$")


@dataclass(frozen=True, slots=True)
class Figure:
    """text[start:end] of the source; `value` in points, yuan, percent, hours, or the bare count; `unit` as written."""

    kind: FactKind
    value: float
    text: str
    start: int
    end: int
    unit: str

    @property
    def key(self) -> tuple[str, float, str]:
        """What makes two figures the same: 72小时 and 三天 are, 3件 and 3次 are not."""
        return (self.kind, round(self.value, 6), self.unit if self.kind == "count" else "")


def figures_in(text: str, start: int = 0, end: int | None = None) -> list[Figure]:
    """The figures of text[start:end] in order; offsets are into `text`. Dates and times of day are no figures."""
    return list(_figures_in(text, start, len(text) if end is None else end))


@lru_cache(maxsize=4_096)  # the same sentences of the rules stand near many questions
def _figures_in(text: str, start: int, stop: int) -> tuple[Figure, ...]:
    idioms = [(m.start(), m.end()) for m in _IDIOMS.finditer(text, start, stop)]
    found = []
    for match in _FIGURE.finditer(text, start, stop):
        if any(s < match.end() and match.start() < e for s, e in idioms):
            continue
        figure = _figure(match, text)
        if figure is not None:
            found.append(figure)
    return tuple(found)


def _figure(match: re.Match[str], text: str) -> Figure | None:
    kind = match.lastgroup
    groups = match.groupdict()
    words, at = match.group(0), match.start()
    before = text[max(0, at - 1) : at]

    def make(kind: FactKind, value: Decimal | None, unit: str) -> Figure | None:
        return None if value is None else Figure(kind, float(value), words, at, match.end(), unit)

    if groups["percent_cn"]:
        return make("percent", number(groups["pc"]), "%")
    if groups["permille"]:
        share = number(groups["pm"])
        return make("percent", None if share is None else share / {"千": 10, "万": 100}[groups["pml"]], "%")
    if groups["tenths"]:
        return make("percent", (number(groups["te"]) or Decimal(0)) * 10, "%")
    if groups["percent"]:
        return make("percent", number(groups["p"]), "%")
    if groups["clock"] or groups["date"]:
        return None
    if groups["half"]:
        hours = {"年": Decimal(4380), "月": Decimal(360), "小时": Decimal("0.5"), "天": Decimal(12)}[groups["hu"]]
        return make("duration", hours, groups["hu"])
    if groups["points"]:
        return None if _NOT_BEFORE.search(before) else make("points", number(groups["pt"]), "分")
    if groups["money"]:
        digits, scale = (groups["m1"], groups["s1"]) if groups["m1"] else (groups["m2"], groups["s2"])
        return make("money", _scaled(digits, scale), "元")
    if groups["time"]:
        if before and before in "第每同某几":
            return None
        if _WEAK_TIME.match(words) and not _is_term(text, at, match.end()):
            return None
        value = number(groups["t"])
        return make("duration", None if value is None else value * _HOURS[groups["tu"]], groups["tu"])
    if groups["count"]:
        if _LOOSE.match(words) or (before and _NOT_BEFORE.search(before)) or kind is None:
            return None
        return make("count", number(groups["c"]), groups["cu"])
    return None


def hours_of(unit: str) -> float | None:
    """How many hours a unit of time lasts, with or without its 个; None for any other unit."""
    hours = _HOURS.get(unit) or _HOURS.get(f"个{unit}")
    return None if hours is None else float(hours)


def _is_term(text: str, start: int, end: int) -> bool:
    return _WITHIN.match(text, end) is not None or _UNTIL.search(text[max(0, start - 4) : start]) is not None


def _scaled(digits: str | None, scale: str | None) -> Decimal | None:
    value = number(digits or "")
    factor = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}.get((scale or "").strip(), 1)
    return None if value is None else value * factor


def number(text: str) -> Decimal | None:
    """The value of 300, 1,000, 二十, 一万五千, 三〇; None where the characters are no number."""
    text = text.strip().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    if not text or any(c not in _DIGITS + "十百千万亿" for c in text):
        return None
    if all(c in _DIGITS for c in text):
        return Decimal("".join(str("零一二三四五六七八九".index({"〇": "零", "两": "二"}.get(c, c))) for c in text))
    return _chinese(text)


def _chinese(text: str) -> Decimal:
    total, section, digit = 0, 0, 0
    for char in text:
        if char in _DIGITS:
            digit = "零一二三四五六七八九".index({"〇": "零", "两": "二"}.get(char, char))
        elif char in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            total = (total + section + digit) * {"万": 10_000, "亿": 100_000_000}[char]
            section = digit = 0
    return Decimal(total + section + digit)


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same, whatever the notation: 72小时 = 七十二小时 = 3天, 30% = 百分之三十."""
    return one.key == other.key
