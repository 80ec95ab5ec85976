"""Damaged files, thousands of ways: none answers in silence, and the error names the file and what mends it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.building import build_index
from index.manifest import IndexError_
from index.retriever import Retriever, current_generation
from ingest.errors import CorpusError
from ingest.pipeline import ingest
from ingest.store import read_corpus
from tests.crash.scene import LONG, OLD, corpus_state, index_state, run, write_pages
from tests.index.hashing import HashingEncoder

MUTATIONS = int(os.environ.get("RULEDESK_MUTATIONS") or (2_400 if LONG else 400))


def mutations(rng: random.Random, others: list[bytes]) -> dict[str, Callable[[bytes], bytes]]:
    """Ways to damage a file, by name."""

    def at(data: bytes) -> int:
        return rng.randrange(len(data)) if data else 0

    def flip(data: bytes) -> bytes:
        i = at(data)
        return data[:i] + bytes([data[i] ^ (1 << rng.randrange(8))]) + data[i + 1 :] if data else b"\0"

    def other_byte(data: bytes) -> bytes:
        i = at(data)
        return data[:i] + rng.randbytes(1) + data[i + 1 :]

    def blank(data: bytes) -> bytes:
        i = at(data)
        return data[:i] + bytes(len(data[i : i + 64])) + data[i + 64 :]

    def twice(data: bytes) -> bytes:
        i = at(data)
        return data[: i + 32] + data[i:]

    def without(data: bytes) -> bytes:
        i = at(data)
        return data[:i] + data[i + rng.randrange(1, 32) :]

    return {
        "a bit": flip,
        "a byte": other_byte,
        "64 zeros": blank,
        "a piece twice": twice,
        "a piece gone": without,
        "cut off": lambda data: data[: at(data)],
        "more behind": lambda data: data + rng.choice((b"\n", b" ", b"\0", rng.randbytes(9))),
        "more before": lambda data: rng.choice((b"\n", b" ", b"\xef\xbb\xbf")) + data,
        "another file": lambda data: rng.choice(others),
        "empty": lambda data: b"",
    }


def test_no_damaged_index_file_answers(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(write_pages(tmp_path / "pages", OLD), corpus)
    files = [p for p in current_generation(corpus).rglob("*") if p.is_file()] + [corpus / "index" / "CURRENT"]
    assert len(files) >= 15
    whole = {path: path.read_bytes() for path in files}
    rng = random.Random(20_260_101)
    ways = mutations(rng, list(whole.values()))
    answered, unnamed = [], []
    tried = 0
    while tried < MUTATIONS:
        path = files[tried % len(files)]
        way = rng.choice(list(ways))
        damaged = ways[way](whole[path])
        if damaged == whole[path]:
            continue
        tried += 1
        path.write_bytes(damaged)
        try:
            Retriever.open(corpus, [HashingEncoder()])
            answered.append(f"{path.name}: {way}")
        except IndexError_ as error:
            if path.name not in str(error) or f"ruledesk index {corpus}" not in str(error) or "\n" in str(error):
                unnamed.append(f"{path.name}: {way}: {error}")
        finally:
            path.write_bytes(whole[path])
    print(f"{tried} damaged index files: {len(answered)} answered, {len(unnamed)} not named")
    assert answered == [] and unnamed == []
    assert index_state(corpus, OLD) == 0


def test_no_damaged_corpus_file_is_taken(tmp_path: Path) -> None:
    corpus, pages = tmp_path / "corpus", write_pages(tmp_path / "pages", OLD)
    run(pages, corpus)
    files = [corpus / name for name in ("articles.jsonl", "passages.jsonl", "exam.jsonl", "sources.json")]
    whole = {path: path.read_bytes() for path in files}
    rng = random.Random(20_260_102)
    ways = mutations(rng, list(whole.values()))
    for number in range(MUTATIONS // 4):
        path = files[number % len(files)]
        way = rng.choice(list(ways))
        damaged = ways[way](whole[path])
        if damaged == whole[path]:
            continue
        path.write_bytes(damaged)
        for take in (lambda: read_corpus(corpus), lambda: build_index(corpus, encoders=[HashingEncoder()])):
            with pytest.raises(CorpusError) as caught:
                take()
            line = str(caught.value)
            assert path.name in line or "passage" in line, f"{way}: {line}"
            assert f"--into {corpus} --rebuild" in line and "\n" not in line, f"{way}: {line}"
        assert index_state(corpus, OLD) == 0, "the index stands on its own files and still answers"
        path.write_bytes(whole[path])


@pytest.mark.parametrize("name", ["articles.jsonl", "passages.jsonl", "exam.jsonl", "sources.json"])
def test_the_command_that_the_error_names_mends_it(tmp_path: Path, name: str) -> None:
    corpus, pages = tmp_path / "corpus", write_pages(tmp_path / "pages", OLD)
    run(pages, corpus)
    (corpus / name).write_bytes(b"{damaged")
    with pytest.raises(CorpusError) as caught:
        ingest([str(pages)], corpus)
    assert "--rebuild" in str(caught.value)
    if name != "sources.json":
        assert f"ruledesk ingest {pages} --into" in str(caught.value), "the sources are known: it names them"
    ingest([str(pages)], corpus, rebuild=True)
    assert corpus_state(corpus, OLD) == 0
    assert (corpus / ".replaced" / name).read_bytes() == b"{damaged", "the old files are kept"


def test_a_rebuild_from_nothing_leaves_what_is_there(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(write_pages(tmp_path / "pages", OLD), corpus)
    with pytest.raises(CorpusError, match="left as they are"):
        ingest([str(tmp_path / "nowhere")], corpus, rebuild=True)
    assert corpus_state(corpus, OLD) == 0


def test_articles_outlive_the_memory_of_their_sources(tmp_path: Path) -> None:
    """sources.json was taken away, and only one of two folders is read again: nothing of the other may go."""
    corpus, pages = tmp_path / "corpus", write_pages(tmp_path / "pages", OLD)
    more = write_pages(tmp_path / "more", {"extra": "店铺夜间也要回复。"})
    ingest([str(pages), str(more)], corpus)
    (corpus / "sources.json").unlink()
    report = ingest([str(more)], corpus)
    assert report.removed == []
    assert corpus_state(corpus, OLD | {"extra": "店铺夜间也要回复。"}) == 0
    assert ingest([str(pages)], corpus).removed == []
    (pages / "night.md").unlink()
    assert ingest([str(pages)], corpus).removed == ["night规定"]


def test_a_copied_corpus_answers(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(write_pages(tmp_path / "pages", OLD), corpus)
    copy = Path(shutil.copytree(corpus, tmp_path / "copy"))
    assert corpus_state(copy, OLD) == index_state(copy, OLD) == 0
