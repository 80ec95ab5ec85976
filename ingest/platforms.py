"""The marketplaces the desk covers, the names people call them, and those it knows but does not cover."""

from __future__ import annotations

import re
from collections.abc import Iterable

PLATFORMS: tuple[str, ...] = ("淘宝", "天猫", "京东", "拼多多", "抖音", "快手", "1688")

# Longest names first: 天猫国际 before 天猫 changes nothing here (the same platform), but "jd.com" must go before "jd".
ALIASES: dict[str, tuple[str, ...]] = {
    "淘宝": ("淘宝网", "淘宝集市", "淘宝", "手淘", "taobao"),
    "天猫": ("天猫国际", "天猫", "淘宝商城", "tmall global", "tmall"),
    "京东": ("京东商城", "京东", "jd.com", "jingdong", "jd"),
    "拼多多": ("拼多多", "拼夕夕", "pinduoduo", "pdd"),
    "抖音": ("抖音电商", "抖音小店", "抖音", "抖店", "douyin"),
    "快手": ("快手小店", "快手电商", "快手", "kuaishou", "kwai"),
    "1688": ("阿里巴巴批发", "阿里巴巴", "诚信通", "1688", "阿里", "alibaba"),
}

# Named so that a question about them can be refused by name: no article of theirs is in any corpus yet.
UNCOVERED: tuple[str, ...] = (
    "小红书", "唯品会", "苏宁", "亚马逊", "得物", "闲鱼", "视频号", "微店", "有赞", "美团", "饿了么", "当当", "蘑菇街",
    "一号店", "速卖通", "虾皮", "shopee", "lazada", "amazon", "ebay", "shein", "temu", "tiktok", "xiaohongshu",
    "vipshop", "suning", "xianyu", "meituan", "wechat channels", "walmart", "沃尔玛", "国美", "网易严选", "考拉", "b站",
    "哔哩哔哩", "bilibili", "转转", "etsy", "aliexpress", "vip.com", "poizon", "dewu", "rednote",
)  # fmt: skip

# The same marketplace under other names.
_SAME_AS = {
    "suning": "苏宁", "amazon": "亚马逊", "xiaohongshu": "小红书", "rednote": "小红书", "vipshop": "唯品会",
    "vip.com": "唯品会", "xianyu": "闲鱼", "meituan": "美团", "wechat channels": "视频号", "walmart": "沃尔玛",
    "b站": "哔哩哔哩", "bilibili": "哔哩哔哩", "shopee": "虾皮", "aliexpress": "速卖通", "poizon": "得物",
    "dewu": "得物",
}  # fmt: skip


def _pattern(name: str) -> str:
    # Latin names and bare numbers must not match inside a longer word or number.
    return rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])" if name.isascii() else re.escape(name)


_NAMES = re.compile(
    "|".join(f"(?P<p{i}>{'|'.join(_pattern(n) for n in ALIASES[p])})" for i, p in enumerate(PLATFORMS)), re.IGNORECASE
)
_UNCOVERED = re.compile("|".join(_pattern(n) for n in UNCOVERED), re.IGNORECASE)


def platform_mentions(text: str) -> list[tuple[str, int, int]]:
    """Every platform name in the text as (platform, start, end), in order."""
    found = []
    for match in _NAMES.finditer(text):
        group = match.lastgroup
        assert group is not None
        found.append((PLATFORMS[int(group[1:])], match.start(), match.end()))
    return found


def platforms_in(text: str) -> tuple[str, ...]:
    """The platforms the text names, each once, in the house order."""
    named = {name for name, _, _ in platform_mentions(text)}
    return in_order(named)


def in_order(platforms: Iterable[str]) -> tuple[str, ...]:
    """The same platforms, each once, in the house order; unknown names last as they came."""
    given = list(dict.fromkeys(platforms))
    return tuple([p for p in PLATFORMS if p in given] + [p for p in given if p not in PLATFORMS])


def uncovered_platforms(text: str) -> tuple[str, ...]:
    """Names of marketplaces in the text that the desk knows of but has no rules for."""
    return tuple(dict.fromkeys(m.group(0) for m in _UNCOVERED.finditer(text)))


def same_uncovered(names: Iterable[str]) -> frozenset[str]:
    """Such names with each marketplace under one of them: Suning and 苏宁 are the same."""
    return frozenset(_SAME_AS.get(name.lower(), name.lower()) for name in names)


def normalise_platform(name: str) -> str | None:
    """The house name for what a person typed ("tmall", "淘宝网"), or None where it is no known platform."""
    text = name.strip()
    if text in PLATFORMS:
        return text
    match = _NAMES.fullmatch(text)
    return PLATFORMS[int(match.lastgroup[1:])] if match and match.lastgroup else None
