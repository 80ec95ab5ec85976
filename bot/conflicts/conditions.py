"""Conditions of which never both hold: 两千元以下的 and 超过两千元的, 普通食品 and 保健食品, two parties' mistakes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.numerals import number

_AMOUNT = (
    r"(?P<{0}>\d+(?:\.\d+)?|[一二两三四五六七八九十百千万半]+)\s?"
    r"(?P<{0}u>万元|元|块|公斤|千克|斤|票|件|单|天|小时|个?月|分(?!钟)|分钟|岁|厘米|米|星|%)"
)
_THEN = r"(?:[\u4e00-\u9fff]{0,2}?的|[,，]|时)"  # what ends a condition
_BELOW = re.compile(
    rf"{_AMOUNT.format('a')}(?:[(（]不含[)）])?以下{_THEN}|(?:不足|不到|低于|未满|少于|小于|不超过){_AMOUNT.format('b')}{_THEN}"
)
_ABOVE = re.compile(
    rf"{_AMOUNT.format('a')}(?:[(（]含[)）])?(?:及|或)?以上{_THEN}|(?<!不)(?:超过|高于|大于|多于|超出|满){_AMOUNT.format('b')}(?:及以上)?{_THEN}"
)
_UNITS = {"块": ("元", 1), "万元": ("元", 10_000), "千克": ("公斤", 1), "个月": ("月", 1)}  # unit -> its like, how many
_BUYERS = re.compile(
    r"(?:买家|顾客|客户|买方)(?:自己|自行|本人|个人|原因|没|未|填错|报错|写错|拒收)|个人原因|不想要|不喜欢|无理由退"
)
_SHOPS = re.compile(
    r"(?:商家|卖家|店铺|店里|客服|仓库)(?:的)?(?:原因|责任|失误|发错|填错|报错|写错|漏)|质量问题|发错货?|错发|漏发|漏放|少发|瑕疵"
)

# What stands before a thing without naming a kind of it.
_LEADS = re.compile(
    r"[的对将把给按在从向为是有该本此各所每些个件种类若如当凡出收发退换购买卖用]|全部|所有|任何|部分|同一"
)
_WINDOW = re.compile(
    r"\d{1,2}月\d{1,2}[日号](?:\s?[-—~至到]+\s?|起至)(?:\d{1,2}月)?\d{1,2}[日号]|(?<!非)(?:活动|大促|促销|节日?|假期)期间"
)
_USUAL = re.compile(r"非(?:活动|大促|促销|节日?|假期)(?:期间)?|平时|平日|日常|其余时间|其他时间")
_ORDINARY = re.compile(r"(?:普通|一般|常规|平常)(?!情况|规定|来说|而言)([\u4e00-\u9fff]{2})")


@dataclass(frozen=True, slots=True)
class _Bound:
    value: float
    unit: str


def conditions_apart(one: str, other: str) -> bool:
    """Whether amounts, kinds or days set the rules apart."""
    return bounds_apart(one, other) or ordinary_apart(one, other) or windows_apart(one, other)


def bounds_apart(one: str, other: str) -> bool:
    """Whether one rule holds up to an amount and the other from there on, or from more."""
    pairs = ((_bounds(_BELOW, one), _bounds(_ABOVE, other)), (_bounds(_BELOW, other), _bounds(_ABOVE, one)))
    return any(
        low.unit == high.unit and low.value <= high.value for below, above in pairs for low in below for high in above
    )


def faults_apart(one: str, other: str) -> bool:
    """Whether one rule speaks of what the buyer caused and the other of what the shop did."""
    return _sides_apart(_BUYERS, _SHOPS, one, other)


def ordinary_apart(one: str, other: str) -> bool:
    """Whether one rule speaks of the ordinary things of a kind, and the other of some that it names otherwise."""
    return _ordinary_against(one, other) or _ordinary_against(other, one)


def windows_apart(one: str, other: str) -> bool:
    """Whether one rule is of some days and the other of all the rest."""
    return _sides_apart(_WINDOW, _USUAL, one, other)


def _sides_apart(this: re.Pattern[str], that: re.Pattern[str], one: str, other: str) -> bool:
    """Whether one text is of this side alone and the other of that one alone."""
    mine, theirs = ((bool(this.search(t)), bool(that.search(t))) for t in (one, other))
    return mine[0] != mine[1] and mine == theirs[::-1]


def _ordinary_against(ordinary: str, special: str) -> bool:
    if _ORDINARY.search(special):
        return False
    for thing in _ORDINARY.findall(ordinary):
        named = re.findall(rf"([\u4e00-\u9fff]{{2}}){thing}", special)
        if named and all(f"{kind}{thing}" not in ordinary and not _LEADS.search(kind) for kind in named):
            return True
    return False


def _bounds(form: re.Pattern[str], text: str) -> list[_Bound]:
    found = []
    for match in form.finditer(text):
        name = "a" if match["a"] else "b"
        value, unit = number(match[name]), match[f"{name}u"]
        like, times = _UNITS.get(unit, (unit, 1))
        if value is not None:
            found.append(_Bound(float(value) * times, like))
    return found
