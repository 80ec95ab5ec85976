"""The type that eval emits, and the one flat way in which its measures are named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from eval.measures import Estimate
from ingest.errors import RuledeskError

Row = dict[str, Any]
Flat = dict[str, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EvalResult:
    """One suite's run. `aggregated` is flat: `R@5` is the whole set's value, `R@5.low` and `R@5.high` the ends of its
    95 % interval, `development/R@5` a part of the set, `bm25:accuracy` another system on the whole set."""

    suite: str
    corpus_digest: str
    model: str
    n: int
    aggregated: Flat
    per_item: tuple[Row, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """The object of the contract."""
        return {
            "suite": self.suite,
            "corpus_digest": self.corpus_digest,
            "model": self.model,
            "n": self.n,
            "aggregated": self.aggregated,
            "per_item": list(self.per_item),
        }

    @property
    def failed(self) -> list[str]:
        """The ids of items that could not be run at all; they count as wrong."""
        return [row["id"] for row in self.per_item if "error" in row]


def attempt(call: Callable[[], T]) -> tuple[T, float] | str:
    """What the call gives and how many ms it took, or in one line why it failed: one item must not cost the others."""
    begun = time.perf_counter()
    try:
        value = call()
    except RuledeskError as error:
        return str(error)
    except Exception as error:
        return f"internal error ({type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]})"
    return value, 1000 * (time.perf_counter() - begun)


def flatten(estimates: Mapping[str, Estimate | None]) -> Flat:
    """name, name.low and name.high of each estimate, to four decimals; what could not be measured is left out."""
    flat: Flat = {}
    for name, estimate in estimates.items():
        if estimate is not None:
            flat[name] = round(estimate.value, 4)
            flat[f"{name}.low"] = round(estimate.low, 4)
            flat[f"{name}.high"] = round(estimate.high, 4)
    return flat


def with_parts(rows: Sequence[Row], measure: Callable[[Sequence[Row]], Flat], *keys: str) -> Flat:
    """The measures of all rows, then of each part by each key, as `part/measure`; a key with one value is no part.

    A row's None is of no part; true and false are told apart as `key` and `not_key`.
    """
    flat = measure(rows)
    for key in keys:
        parts: dict[str, list[Row]] = {}
        for row in rows:
            value = row.get(key)
            if value is None:
                continue
            name = (key if value else f"not_{key}") if isinstance(value, bool) else str(value)
            parts.setdefault(name, []).append(row)
        if sum(map(len, parts.values())) == len(rows) and len(parts) < 2:
            continue
        for name, part in sorted(parts.items()):
            flat |= prefixed(name + "/", {"n": float(len(part)), **measure(part)})
    return flat


def prefixed(prefix: str, flat: Flat) -> Flat:
    """The same measures under longer names."""
    return {prefix + name: value for name, value in flat.items()}


def rows_of(judged: Iterable[str], per_item: Iterable[Row], default: Callable[[str], Row]) -> list[Row]:
    """One row a judged item, in order: the run's own, or where the run lacks it the default, which counts as failed."""
    known = {row["id"]: row for row in per_item}
    return [known.get(item_id) or default(item_id) for item_id in judged]
