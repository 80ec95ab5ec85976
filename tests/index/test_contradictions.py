"""The network that sets two sentences against each other: the same both ways, whatever stands beside, able to learn."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoders.contradiction_training import Example, Lot, Relation, train
from index.encoders.contradictions import CONTRADICT, SAME_MATTER, ContradictionNetwork
from index.encoders.pairs import shipped_pair_weights
from index.pairs import PairTokens

DICE = np.random.default_rng(7)
WIDTH = 128


def side(matter: int, stance: int, tokens: int = 6) -> PairTokens:
    """Tokens of a matter (their first numbers) and a stance towards it (the next)."""
    vectors = DICE.standard_normal((tokens, WIDTH)).astype(np.float32) * 0.3
    vectors[:, 8 * matter : 8 * matter + 8] += 2.0
    vectors[:, 64:96] += 2.0 if stance else -2.0
    return PairTokens(vectors, np.ones(tokens, np.bool_))


@pytest.fixture(scope="module")
def learnt() -> ContradictionNetwork:
    sides = [side(n % 4, n // 4 % 2) for n in range(96)]
    examples = []
    for one in range(96):
        for other in range(one + 1, min(96, one + 12)):
            same = one % 4 == other % 4
            relation: Relation = "apart" if not same else "agree" if one // 4 % 2 == other // 4 % 2 else "contradict"
            examples.append(Example(f"{one}", one, other, relation))
    (*_, (loss, weights)) = train(sides, [Lot(examples)], epochs=8, rate=2e-3, start=shipped_pair_weights())
    assert loss < 0.8
    return ContradictionNetwork(weights)


def test_it_learns_what_contradicts_and_what_is_of_one_matter(learnt: ContradictionNetwork) -> None:
    pairs = [(side(0, 0), side(0, 1)), (side(1, 1), side(1, 1)), (side(2, 0), side(3, 1)), (side(3, 1), side(3, 0))]
    read = learnt.read(pairs)
    assert list(read[:, CONTRADICT] > 0) == [True, False, False, True]
    assert list(read[:, SAME_MATTER] > 0) == [True, True, False, True]


def test_the_order_of_two_sentences_and_their_neighbours_change_nothing(learnt: ContradictionNetwork) -> None:
    one, other, long = side(0, 0), side(0, 1, 9), side(2, 1, 40)
    (forth,) = learnt.read([(one, other)])
    back, _ = learnt.read([(other, one), (long, one)])
    assert back == pytest.approx(forth, abs=1e-3)


def test_nothing_to_read_is_nothing_read(learnt: ContradictionNetwork) -> None:
    assert learnt.read([]).shape == (0, 2)
