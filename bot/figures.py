"""Figures in rule text with units: points, money, percentages, durations, counts; normalised, at exact offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.answers import FactKind
from bot.figures_english import english_figures
from bot.numerals import number

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
    # As agents and trainers say it.
    "钟头": Decimal(1), "个钟头": Decimal(1), "礼拜": Decimal(168), "个礼拜": Decimal(168), "刻钟": Decimal("0.25"),
}  # fmt: skip
_COUNT_UNITS = (
    "笔|次|回(?![事复来去到访款购答应避程执])|遍(?!布)|趟|件|个|倍|期|人|位|家|张|级|款|单|种|条|项|钻|字|步|点|颗"
    "|周岁|岁|px|PX|像素|kb|KB|k|mb|MB|M"
)
# Units that count the same: 「三回」 is 「3次」.
_SAME_UNIT = {"回": "次", "遍": "次", "趟": "次", "周岁": "岁"}
_PLAIN_TIME = {"钟头": "小时", "个钟头": "小时", "礼拜": "星期", "个礼拜": "个星期", "刻钟": "分钟"}
# 「赔五块」, 「五块以内」 and 「四十块」 are money; 「三块电池」 and 「一块儿」 are not.
_PAID = re.compile(
    r"(?:赔|补|扣|收|付|退|返|花|罚|给|加|减|满|够|达|到|送|值|省|过|于|要|多|高|少|低)"
    r"(?:偿|给|了|出|回|掉|你|您|他|她|人家|买家|客人|顾客|客户|商家|我们?|咱们?)?\s?$"
)
_AS_MONEY = re.compile(
    r"\s?(?:以内|以上|以下|之内|起步|起(?!子)|封顶|左右|的?[红优运邮券补赔罚服手]|一[单笔次天]|每|[/／，,。;；:：、!！?？）)”」]|$)"
)
_TIME = "|".join(sorted(_HOURS, key=len, reverse=True))
_FIGURE = re.compile(
    rf"(?P<percent_cn>百分之\s?(?P<pc>{_N}))"
    rf"|(?P<permille>(?P<pml>[千万])分之\s?(?P<pm>{_N}))"
    rf"|(?P<tenths>(?P<te>[一二两三四五六七八九])成(?=[的，,。；;、）)赔以多给退补扣封]|$|左右|违约|货款|补偿|[买货实]))"
    rf"|(?P<percent>(?P<p>{_NUM})\s?[%％])"
    rf"|(?P<clock>\d{{1,2}}[:：]\s?\d{{2}})"
    rf"|(?P<date>20\d\d\s?年(?:\s?\d{{1,2}}月(?:\s?\d{{1,2}}[日号])?)?|\d{{1,2}}月\d{{1,2}}[日号]?)"
    rf"|(?P<and_half>(?P<ah>{_N}|[俩仨])\s?(?:个半(?P<au>小时|钟头|月|星期|礼拜)|(?P<av>年|天|小时|周)半(?!夜)))"
    rf"|(?P<half>半(?:个)?(?P<hu>年|月|小时|天|钟头))"
    rf"|(?P<about>[一二两三四五六七八九]{{2}}(?:个)?(?:{_TIME})|[一二三四五六七八九十]+[来几多](?:个)?(?:{_TIME}))"
    rf"|(?P<points>(?P<pt>{_NUM}|[零一二两三四五六七八九十百]+)\s?分(?![钟之期享别开类店类派公布散销拨析摊歧配内辨成数寸销人明支])(?!拣))"
    rf"|(?P<money>(?:人民币|[¥￥])\s?(?P<m1>{_N})(?P<s1>{_SCALE})\s?元?|(?P<m2>{_N})(?P<s2>{_SCALE})\s?(?:元|块钱|圆))"
    rf"|(?P<kuai>(?P<k>{_N})\s?块(?!儿|头|状))"
    rf"|(?P<pair>(?P<pn>[俩仨])(?P<pu>小时|钟头|月|星期|礼拜|工作日))"
    rf"|(?P<time>(?P<t>{_N})\s?(?P<tu>{_TIME})(?<!周(?=岁|末))(?<!h(?=[A-Za-z])))"
    rf"|(?P<count>(?P<c>{_N})\s?(?P<cu>{_COUNT_UNITS}))"
)
_HALF = Decimal("0.5")
_LATIN = re.compile(r"[A-Za-z]{3}")
# So many 块 are money, whatever stands beside them.
_MUCH = 10
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
    """text[start:end] of the source; `value` in points, yuan, percent, hours, or the bare count.

    `unit` is as the rules write it, also where the text is spoken or English.
    """

    kind: FactKind
    value: float
    text: str
    start: int
    end: int
    unit: str

    @property
    def key(self) -> tuple[FactKind, float, str]:
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
    if _LATIN.search(text, start, stop):
        taken = [(f.start, f.end) for f in found]
        for kind, value, unit, at, end in english_figures(text, start, stop):
            if not any(s < end and at < e for s, e in taken):
                worth = value * _hours(unit) if kind == "duration" else value
                found.append(Figure(kind, float(worth), text[at:end], at, end, unit))
        found.sort(key=lambda f: f.start)
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
    if groups["clock"] or groups["date"] or groups["about"]:
        return None
    if groups["and_half"]:
        value, unit = number(groups["ah"]), groups["au"] or groups["av"]
        return make("duration", None if value is None else (value + _HALF) * _hours(unit), _plain(unit))
    if groups["half"]:
        return make("duration", _HALF * _hours(groups["hu"]), _plain(groups["hu"]))
    if groups["pair"]:
        return make("duration", (number(groups["pn"]) or Decimal(0)) * _hours(groups["pu"]), _plain(groups["pu"]))
    if groups["points"]:
        return None if _NOT_BEFORE.search(before) else make("points", number(groups["pt"]), "分")
    if groups["money"]:
        digits, scale = (groups["m1"], groups["s1"]) if groups["m1"] else (groups["m2"], groups["s2"])
        return make("money", _scaled(digits, scale), "元")
    if groups["kuai"]:
        value = number(groups["k"])
        paid = _PAID.search(text[:at]) is not None
        told = value is not None and (value >= _MUCH or paid or (value > 1 and _AS_MONEY.match(text, match.end())))
        return make("money", value, "元") if told else None
    if groups["time"]:
        if before and before in "第每同某几":
            return None
        if _WEAK_TIME.match(words) and not _is_term(text, at, match.end()):
            return None
        value = number(groups["t"])
        return make("duration", None if value is None else value * _HOURS[groups["tu"]], _plain(groups["tu"]))
    if groups["count"]:
        if _LOOSE.match(words) or (before and _NOT_BEFORE.search(before)) or kind is None:
            return None
        return make("count", number(groups["c"]), _SAME_UNIT.get(groups["cu"], groups["cu"]))
    return None


def _plain(unit: str) -> str:
    return _PLAIN_TIME.get(unit, unit)


def _hours(unit: str) -> Decimal:
    return _HOURS.get(unit) or _HOURS[f"个{unit}"]


def hours_of(unit: str) -> float | None:
    """How many hours a unit of time lasts, with or without its 个; None for any other unit."""
    return float(_hours(unit)) if unit in _HOURS or f"个{unit}" in _HOURS else None


def _is_term(text: str, start: int, end: int) -> bool:
    return _WITHIN.match(text, end) is not None or _UNTIL.search(text[max(0, start - 4) : start]) is not None


def _scaled(digits: str | None, scale: str | None) -> Decimal | None:
    value = number(digits or "")
    factor = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}.get((scale or "").strip(), 1)
    return None if value is None else value * factor


def same_figure(one: Figure, other: Figure) -> bool:
    """Whether two figures say the same, whatever the notation: 72小时 = 七十二小时 = 3天, 30% = 百分之三十."""
    return one.key == other.key
