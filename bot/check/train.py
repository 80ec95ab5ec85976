"""Makes hints.json from drafts.jsonl: `python -m bot.check.train` (add --folds to measure it on held-out groups).

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
from bot.check.hints import CLEAN, Hints, runs
from bot.check.normalise import fold
from bot.check.patterns import load_breaches

HERE = Path(__file__).parent
THRESHOLD = 0.78
# A platform's own word lists decide these better than a resemblance does.
SILENT = ("competitor", "rude_phrase")
_STEPS, _RATE, _DECAY, _LEAST = 400, 0.3, 1e-5, 2
Matrix = npt.NDArray[np.float64]


def read_drafts(path: Path) -> list[dict[str, Any]]:
    """The lines of a drafts file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def train(drafts: Sequence[dict[str, Any]], threshold: float = THRESHOLD) -> dict[str, Any]:
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
        "threshold": threshold,
        "silent": list(SILENT),
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


def folds(drafts: Sequence[dict[str, Any]], thresholds: Sequence[float]) -> dict[float, dict[str, int]]:
    """For each threshold: breaches flagged and named, clean drafts flagged; each group by a model without it."""
    data = load_breaches()
    unmasker = Unmasker(data.names, data.near_names)
    totals = {t: {"breaches": 0, "flagged": 0, "named": 0, "clean": 0, "false": 0} for t in thresholds}
    for group in sorted({d["group"] for d in drafts}):
        model = Hints.from_json(train([d for d in drafts if d["group"] != group]))
        for draft in (d for d in drafts if d["group"] == group):
            shares = model.shares(unmasker.unmask(fold(draft["draft"])).text)
            breach = 1 - shares[CLEAN]
            best = max((n for n in shares if n != CLEAN), key=lambda n: shares[n])
            for t, total in totals.items():
                clean = draft["label"] == CLEAN
                total["clean" if clean else "breaches"] += 1
                total["false" if clean else "flagged"] += breach >= t
                total["named"] += not clean and breach >= t and best == draft["label"]
    return totals


def main(arguments: Sequence[str]) -> int:
    """Writes hints.json; with --folds prints the measure first."""
    drafts = read_drafts(HERE / "drafts.jsonl")
    if "--folds" in arguments:
        for t, total in folds(drafts, (0.6, 0.7, 0.75, 0.8, 0.85)).items():
            print(t, total)
    text = json.dumps(train(drafts), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (HERE / "hints.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
