"""Conditions of which never both hold are no conflict; such as may both hold are."""

from __future__ import annotations

import pytest

from bot.conflicts.conditions import bounds_apart, conditions_apart, faults_apart, ordinary_apart, windows_apart


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("货值八百元以下的,店里自己审。", "货值超过800元的,主管来审。"),
        ("不到五公斤的件走小件仓。", "5公斤及以上的件走大件仓。"),
        ("重量20公斤以上的退货另补30元。", "不足3公斤的退货补2元。"),
    ],
)
def test_bounds_that_leave_nothing_in_common(one: str, other: str) -> None:
    assert bounds_apart(one, other)
    assert bounds_apart(other, one)
    assert conditions_apart(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("货值超过500元的,主管来审。", "货值超过800元的,主管来审。"),
        ("货值800元以下的,店里自己审。", "货值超过500元的,主管来审。"),
        ("赔付不超过500元。", "赔付不超过300元。"),
        ("重量3公斤以下的免运费。", "满30件的免运费。"),
    ],
)
def test_bounds_that_overlap(one: str, other: str) -> None:
    assert not bounds_apart(one, other)


def test_one_partys_mistake_is_not_the_others() -> None:
    assert faults_apart("买家填错地址的,改派费由买家付。", "客服写错地址的,改派费由店铺付。")
    assert not faults_apart("瑕疵件的退货邮费由买家付。", "瑕疵件的退货邮费由店铺付。")
    assert not faults_apart("退货邮费由买家付。", "发错颜色的退货邮费由店铺付。")


def test_ordinary_things_and_others() -> None:
    assert ordinary_apart("普通商品48小时内发货。", "预订商品15天内发货。")
    assert not ordinary_apart("普通商品48小时内发货。", "所有商品72小时内发货。")
    assert not ordinary_apart("普通商品48小时内发货。", "普通商品72小时内发货。")


def test_some_days_and_all_the_rest() -> None:
    assert windows_apart("1月20日至2月5日的订单72小时内发货。", "非活动期间的订单48小时内发货。")
    assert windows_apart("大促期间的订单72小时内发货。", "平时的订单48小时内发货。")
    assert not windows_apart("大促期间的订单72小时内发货。", "大促期间的订单48小时内发货。")
    assert not windows_apart("非大促期间的订单72小时内发货。", "平时的订单48小时内发货。")
