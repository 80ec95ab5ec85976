"""A question -> ranked hits, from one verified generation of an index."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from index.building import index_folder, leg_file, mend_command
from index.encoders.beside import side_by_side
from index.encoders.gathering import Gathering
from index.encoders.loading import Encoder, load_encoders, token_source
from index.fusion import FusionWeights, weights_for
from index.hits import Hit, UnitMatch
from index.lexical import LexicalIndex
from index.manifest import IndexError_, Manifest, read_current, read_manifest, verify_files
from index.pairs import PairReader, PairStore
from index.query import Query
from index.vectors import read_vectors, search
from ingest.articles import Article, Passage
from ingest.platforms import platforms_in

DEEP = 2000  # rows a vector leg gives back; a passage that is not among them gets the lowest of these scores
HEAD = 256  # passages put in order at first; more only where `allow` bars so many
SAMPLE = 2000  # passages over which a leg's scores are standardised
Scores = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class _Leg:
    name: str
    model: str
    index: Any
    of_units: bool


class Retriever:
    """Searches one generation; safe to share between threads. Open a new one to see a newer generation."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        encoders: Sequence[Encoder],
        weights: FusionWeights | None = None,
        memory_map: bool = False,
    ) -> None:
        """Reads a generation whose files were verified."""
        self.manifest = manifest
        self.folder = folder
        self.weights = weights or weights_for(manifest.models)
        self.articles = {a.article_id: a for a in _rows(folder / "articles.jsonl", Article.from_json)}
        self.passages: tuple[Passage, ...] = tuple(_rows(folder / "passages.jsonl", Passage.from_json))
        self._units = np.load(folder / "units.npy")
        self._first_unit = np.searchsorted(self._units[:, 0], np.arange(len(self.passages)))
        self._legs = [
            _Leg(g.name, g.model, read_vectors(folder / leg_file(g), memory_map=memory_map), g.texts != "passages")
            for g in manifest.legs
        ]
        self._words = LexicalIndex.load(folder / "words", len(self.passages))
        has_concepts = (folder / "concepts").is_dir()
        self._concepts = LexicalIndex.load(folder / "concepts", len(self._units)) if has_concepts else None
        self._encoders = {e.name: e for e in encoders}
        self.pairs = _pair_reader(folder, encoders)
        sample = np.random.default_rng(0).permutation(len(self.passages))[:SAMPLE]
        self._sample = np.sort(sample)
        self._unit_sample = np.sort(np.random.default_rng(0).permutation(len(self._units))[:SAMPLE])
        self._platforms: dict[str, Any] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(
        cls, corpus: Path, encoders: Sequence[Encoder] | None = None, weights: FusionWeights | None = None
    ) -> Retriever:
        """Opens the current generation of a corpus, every file checked against its manifest first.

        Raises IndexError_ where there is none or it does not hold, ModelError where its models cannot be had.
        """
        while True:
            folder = current_generation(corpus)
            try:
                return cls._open(corpus, folder, encoders, weights)
            except (IndexError_, OSError, RuntimeError):  # faiss says RuntimeError of a file that is gone
                if current_generation(corpus) == folder:  # else a writer took this one away: it has a newer
                    raise

    @classmethod
    def _open(
        cls, corpus: Path, folder: Path, encoders: Sequence[Encoder] | None, weights: FusionWeights | None
    ) -> Retriever:
        mend = mend_command(corpus)
        manifest = read_manifest(folder, mend)
        verify_files(folder, manifest, mend)
        if not manifest.normalised:
            raise IndexError_(f"{folder}: its vectors are not normalised; rebuild with: {mend}")
        loaded = tuple(encoders) if encoders is not None else tuple(map(Gathering, load_encoders(manifest.models)))
        for leg in manifest.legs:
            encoder = next((e for e in loaded if e.name == leg.model), None)
            if encoder is None:
                names = "+".join(e.name for e in loaded)
                raise IndexError_(
                    f"{folder}: built with model {leg.model}, asked with {names}; rebuild with: {mend} --model {names}"
                )
            if encoder.dimension != leg.dimension:
                raise IndexError_(
                    f"{folder}: model {leg.model} has {encoder.dimension} dimensions, "
                    f"the index {leg.dimension}; rebuild with: {mend}"
                )
        return cls(folder, manifest, loaded, weights)

    def search(self, query: Query, k: int = 10, allow: Callable[[Passage], bool] | None = None) -> list[Hit]:
        """The best k passages, best first; `allow` bars passages before they are ranked."""
        legs = self._leg_scores(query)
        total = np.zeros(len(self.passages), np.float32)
        for name, (scores, _) in legs.items():
            total += self.weights.weight(name) * self.weights.standardise(name, scores, scores[self._sample])
        platform = self._platform_match(query.platforms)
        total += self.weights.weight("platform") * platform
        unit_legs = {
            name: self.weights.standardise(name, by_unit, by_unit[self._unit_sample])
            for name, (_, by_unit) in legs.items()
            if by_unit is not None
        }
        weights = {name: self.weights.weight(name) for name in unit_legs}
        hits: list[Hit] = []
        for position in _best_first(total, max(4 * k, HEAD)):
            if len(hits) >= k:
                break
            passage = self.passages[int(position)]
            if allow is not None and not allow(passage):
                continue
            parts = {name: float(scores[position]) for name, (scores, _) in legs.items()}
            parts["platform"] = float(platform[position])
            units = self._units_of(int(position), unit_legs)
            best = max(units, key=lambda u: sum(weights[n] * s for n, s in u.legs.items()))
            score = float(total[position])
            hits.append(Hit(passage, score, len(hits) + 1, (best.start, best.end), parts, units))
        return hits

    def units_in(self, passage: Passage) -> list[tuple[int, int]]:
        """The sentences of a passage as [start, end) in its article's text."""
        position = self._position(passage.passage_id)
        rows = self._units[self._unit_range(position)]
        return [(int(s), int(e)) for _, s, e in rows]

    @property
    def encoders(self) -> tuple[Encoder, ...]:
        """The models that questions are encoded with."""
        return tuple(self._encoders.values())

    def sentences(self) -> list[tuple[str, int, int]]:
        """Every sentence of the index as (article_id, start, end)."""
        return [(self.passages[int(p)].article_id, int(s), int(e)) for p, s, e in self._units]

    def leg_scores(self, query: Query) -> dict[str, Scores]:
        """Each leg's raw scores of all passages (for fitting and ablation), and the platform match."""
        legs = {name: scores for name, (scores, _) in self._leg_scores(query).items()}
        return {**legs, "platform": self._platform_match(query.platforms)}

    def _leg_scores(self, query: Query) -> dict[str, tuple[Scores, Scores | None]]:
        """For each leg the passages' scores, and its units' scores where it has them."""
        tasks = [partial(encoder.encode_queries, [query.text]) for encoder in self._encoders.values()]
        vectors = {name: rows[0] for name, rows in zip(self._encoders, side_by_side(tasks), strict=True)}
        legs: dict[str, tuple[Scores, Scores | None]] = {}
        for leg in self._legs:
            scores, rows = search(leg.index, vectors[leg.model], DEEP)
            dense = np.full(leg.index.ntotal, scores[-1] if len(scores) else 0.0, np.float32)
            dense[rows] = scores
            legs[leg.name] = (self._best_of_units(dense), dense) if leg.of_units else (dense, None)
        legs["words"] = (self._words.scores(query.tokens), None)
        if self._concepts is not None:
            by_unit = self._concepts.scores(query.concepts)
            legs["concepts"] = (self._best_of_units(by_unit), by_unit)
        return legs

    def _best_of_units(self, by_unit: Scores) -> Scores:
        best: Scores = np.maximum.reduceat(by_unit, self._first_unit)
        return best

    def _units_of(self, position: int, unit_legs: dict[str, Scores]) -> tuple[UnitMatch, ...]:
        """The sentences of a passage with their standardised scores; the whole passage where nothing sees sentences."""
        rows = self._unit_range(position)
        return tuple(
            UnitMatch(
                int(self._units[row][1]),
                int(self._units[row][2]),
                {name: float(scores[row]) for name, scores in unit_legs.items()},
                row,
            )
            for row in range(rows.start, rows.stop)
        )

    def _unit_range(self, position: int) -> slice:
        stop = self._first_unit[position + 1] if position + 1 < len(self._first_unit) else len(self._units)
        return slice(int(self._first_unit[position]), int(stop))

    def _platform_match(self, platforms: tuple[str, ...]) -> Scores:
        """1 where a passage is about a platform asked for, -1 where about others only; 0 where either names none, or
        where the words of a passage about others name it all the same (sizes of 淘宝 in a list for 京东)."""
        if not platforms:
            return np.zeros(len(self.passages), np.float32)
        key = "|".join(platforms)
        with self._lock:
            if key not in self._platforms:
                self._platforms[key] = np.array([_about(p, set(platforms)) for p in self.passages], dtype=np.float32)
            match: Scores = self._platforms[key]
        return match

    def _position(self, passage_id: str) -> int:
        with self._lock:
            if not hasattr(self, "_positions"):
                self._positions = {p.passage_id: i for i, p in enumerate(self.passages)}
        return self._positions[passage_id]


def _pair_reader(folder: Path, encoders: Sequence[Encoder]) -> PairReader | None:
    """What reads questions against sentences token by token, where index and models have what it needs."""
    store, source = PairStore.open(folder), token_source(encoders)
    if store is None or source is None:
        return None
    from index.encoders.pairs import pair_network

    return PairReader(store, pair_network(), source.question_tokens)


def _best_first(scores: Scores, head: int) -> Iterator[int]:
    """The positions by falling score, equal ones in their order. Only a head is sorted unless more is asked for."""
    if head < len(scores):
        least = np.partition(scores, len(scores) - head)[len(scores) - head]
        first = np.flatnonzero(scores >= least)
        yield from first[np.argsort(-scores[first], kind="stable")]
        rest = np.flatnonzero(scores < least)
    else:
        rest = np.arange(len(scores))
    yield from rest[np.argsort(-scores[rest], kind="stable")]


def _about(passage: Passage, wanted: set[str]) -> float:
    if not passage.platforms:
        return 0.0
    if wanted & set(passage.platforms):
        return 1.0
    return 0.0 if wanted & set(platforms_in(passage.text)) else -1.0


def current_generation(corpus: Path) -> Path:
    """The folder of the generation that answers now. Raises IndexError_ where the corpus has none."""
    return read_current(index_folder(corpus), mend_command(corpus))


def _rows(path: Path, make: Callable[[dict[str, Any]], Any]) -> list[Any]:
    return [make(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]
