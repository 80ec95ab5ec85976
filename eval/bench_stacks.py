"""The two things that `make bench` compares: the product, and the plain stack that most tutorials build."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.gold import GoldFinder, relevant
from eval.items import QuestionCase
from eval.measures import timings
from eval.results import Flat
from eval.retrieval_suite import Search, headline, qrels_of, run_retrieval
from index.hits import Hit
from ingest.articles import Article, Passage

if TYPE_CHECKING:
    from index.encoders.loading import Encoder

CHUNK, OVERLAP = 400, 50
Progress = Callable[[str, int, int], None]


def plain_chunks(articles: Mapping[str, Article]) -> list[Passage]:
    """The articles cut by LangChain's recursive splitter as its tutorials call it: 400 characters, 50 of overlap."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
    chunks = []
    for article in articles.values():
        for document in splitter.create_documents([article.text]):
            text, start = document.page_content, int(document.metadata["start_index"])
            name = f"{article.article_id}#{start}-{start + len(text)}"
            chunks.append(Passage(name, article.article_id, (), article.platforms, start, start + len(text), text))
    return chunks


def plain_stack(
    articles: Mapping[str, Article], encoder: Encoder, cases: Sequence[QuestionCase], progress: Progress
) -> Flat:
    """Fixed chunks, one embedder, a flat FAISS index; measured on the questions."""
    begun = time.perf_counter()
    chunks = plain_chunks(articles)
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress(f"plain {encoder.name}", done, len(chunks))

    vectors = encoder.encode_passages([c.text for c in chunks], told)
    import faiss  # after the encoder: sentence-transformers must be imported before faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    built = time.perf_counter() - begun

    def search(question: str, platform: str | None, k: int) -> Sequence[Hit]:
        # It has no notion of a picked platform: the word stands before the question.
        query = encoder.encode_queries([f"{platform} {question}" if platform else question])
        scores, rows = index.search(query, min(k, len(chunks)))
        return [
            Hit(chunks[int(row)], float(score), rank, (0, 0), {})
            for rank, (row, score) in enumerate(zip(rows[0], scores[0], strict=True), 1)
            if row >= 0
        ]

    return _row(articles, chunks, search, cases, built, len(chunks))


def product_stack(
    rulebook: Path, folder: Path, encoders: Sequence[Encoder], cases: Sequence[QuestionCase], progress: Progress
) -> Flat:
    """The product: the rulebook ingested and indexed into an empty folder, then asked; whole answers timed as well."""
    from bot.desk import Desk
    from eval.systems import searcher
    from index.building import build_index
    from ingest.pipeline import ingest

    begun = time.perf_counter()
    ingest([str(rulebook)], folder)
    report = build_index(folder, progress=progress, encoders=encoders)
    built = time.perf_counter() - begun
    opening = time.perf_counter()
    desk = Desk.open(folder, encoders=encoders)
    opened = time.perf_counter() - opening
    retriever = desk.retriever
    row = _row(retriever.articles, retriever.passages, searcher(retriever), cases, built, report.embedded)
    took = []
    for case in cases:
        asked = time.perf_counter()
        desk.ask(case.question, case.platform)
        took.append(1000 * (time.perf_counter() - asked))
    answers = {f"answer_{name}": round(value, 2) for name, value in timings(took).items()}
    return row | answers | {"open_s": round(opened, 2), "peak_mb": peak_mb()}


def _row(
    articles: Mapping[str, Article],
    passages: Sequence[Passage],
    search: Search,
    cases: Sequence[QuestionCase],
    built: float,
    embedded: int,
) -> Flat:
    qrels = qrels_of(cases, list(articles.values()), passages)
    per_item = run_retrieval(cases, search, qrels)
    flat = headline(per_item, qrels)
    flat.pop("ms")
    times = timings(row["ms"] for row in per_item if "ms" in row)
    return {
        "passages": float(len(passages)),
        "longest": float(max(len(p.text) for p in passages)),
        "quotes_cut": float(quotes_cut(cases, articles, passages)),
        "build_s": round(built, 2),
        "embedded_per_s": round(embedded / built, 1) if built > 0 else 0.0,
        **flat,
        **{name: round(value, 2) for name, value in times.items()},
        "peak_mb": peak_mb(),
    }


def quotes_cut(cases: Sequence[QuestionCase], articles: Mapping[str, Article], passages: Sequence[Passage]) -> int:
    """Gold quotes that the cutting went through, so that no passage holds them whole."""
    finder = GoldFinder(articles.values())
    cut = 0
    for case in cases:
        for span in finder.all_spans(case.evidence):
            near = {p.passage_id: p for p in passages if p.article_id == span.article_id}
            held = relevant(near, [span])
            cut += not any(near[name].start <= span.start and span.end <= near[name].end for name in held)
    return cut


def peak_mb() -> float:
    """The most memory this process has held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)
