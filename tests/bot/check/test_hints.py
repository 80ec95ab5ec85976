"""The second opinion: told as a suspicion, tied to the drafts it was made from, silent where the corpus has no rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import bot.check
from bot.check import ReplyChecker
from bot.check.hints import Hints, load_hints, runs
from bot.check.normalise import fold
from bot.check.spot import Mark
from bot.check.suspicion import suspect
from bot.check.train import digest, read_drafts, train

HOME = Path(bot.check.__file__).parent

TINY = [
    *({"draft": d, "platform": None, "label": "card_fee", "group": "a"} for d in ("卡费您出", "卡费您补", "卡费您付")),
    *({"draft": d, "platform": None, "label": "clean", "group": "a"} for d in ("今天发货", "明天发货", "后天发货")),
]


def test_the_packaged_weights_were_made_from_the_packaged_drafts() -> None:
    made_from = json.loads((HOME / "hints.json").read_text(encoding="utf-8"))["drafts"]
    assert made_from == digest(read_drafts(HOME / "drafts.jsonl"))


def test_training_is_repeatable_and_tells_a_breach_from_a_clean_draft() -> None:
    model = train(TINY)
    assert model == train(TINY)
    hints = Hints.from_json(model)

    def suspected(text: str) -> Mark | None:
        return suspect(fold(text), hints)

    mark = suspected("您好,卡费您出")
    assert mark is not None
    assert (mark.label, mark.start, mark.end) == ("card_fee", 3, 7)
    assert suspected("明天发货") is None


def test_shares_are_probabilities() -> None:
    for text in ("", "您好", "没有发票"):
        assert sum(load_hints().shares([text])[0].values()) == pytest.approx(1.0)


def test_figures_are_all_alike() -> None:
    assert list(runs("加12元")) == list(runs("加3元"))


def test_a_suspicion_is_told_as_one(checker_for: Callable[..., ReplyChecker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.check.checker.load_hints", lambda: Hints.from_json(train(TINY)))
    rule = "## 付款\n1. 用信用卡付款的买家,商家不得收手续费,违者扣8分。"
    (finding,) = checker_for(("天猫", rule)).check("卡费您出").findings
    assert finding.message.startswith("疑似")
    assert finding.severity == "low"
    assert finding.citations
    assert checker_for(("天猫", "## 发货\n1. 商家应在48小时内发货。")).check("卡费您出").ok
