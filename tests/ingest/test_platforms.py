"""Marketplaces by the names people call them."""

from __future__ import annotations

import pytest

from ingest.platforms import UNCOVERED, normalise_platform, platforms_in, same_uncovered, uncovered_platforms


@pytest.mark.parametrize(
    ("one", "other"), [("Suning", "苏宁"), ("Amazon", "亚马逊"), ("rednote", "小红书"), ("B站", "bilibili")]
)
def test_one_marketplace_under_two_names_is_one(one: str, other: str) -> None:
    assert same_uncovered(uncovered_platforms(f"on {one} now")) == same_uncovered(uncovered_platforms(f"在{other}上"))


def test_two_marketplaces_are_two() -> None:
    assert same_uncovered(["Suning"]).isdisjoint(same_uncovered(["亚马逊", "ebay"]))
    assert len(same_uncovered(UNCOVERED)) < len(UNCOVERED)


def test_covered_ones_are_no_uncovered_ones() -> None:
    assert uncovered_platforms("拼多多和 JD 都要答") == ()
    assert platforms_in("拼多多和 JD 都要答") == ("京东", "拼多多")
    assert normalise_platform("Suning") is None
