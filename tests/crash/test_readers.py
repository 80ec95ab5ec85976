"""Whoever asks while corpus and index are made anew gets an answer, every time, and the new one soon."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from bot.desk import Desk
from index.building import build_index
from index.query import read_query
from index.retriever import Retriever
from ingest.store import read_corpus
from tests.crash.scene import OLD, run, write_pages
from tests.crash.test_kill import ROOT
from tests.index.hashing import HashingEncoder

ROUNDS = 12
WRITER = """
import sys
from pathlib import Path
from tests.crash.scene import OLD, run, write_pages
for number in range(1, int(sys.argv[2]) + 1):
    rules = OLD | {"gifts": f"赠品随单登记,漏发的{number}天内补发。"}
    run(write_pages(Path(sys.argv[1]) / "pages", rules), Path(sys.argv[1]) / "corpus")
    print(number, flush=True)
"""


def test_no_question_fails_while_the_index_is_made_anew(tmp_path: Path) -> None:
    """A writer in a process of its own; three threads ask one desk, one opens the corpus from the start each time."""
    corpus = tmp_path / "corpus"
    run(write_pages(tmp_path / "pages", OLD), corpus)
    desk = Desk.open(corpus, encoders=[HashingEncoder()])
    failed: list[str] = []
    asked = [0, 0]
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                answer = desk.ask("漏发的赠品几天内补发?", "天猫")
                assert answer.hits
                asked[0] += 1
            except Exception as error:
                failed.append(f"desk: {error!r}")

    def open_anew() -> None:
        while not over.is_set():
            try:
                found = Retriever.open(corpus, [HashingEncoder()])
                hit = found.search(read_query("漏发的赠品"), 1)[0].passage
                assert found.articles[hit.article_id].text[hit.start : hit.end] == hit.text
                assert len(read_corpus(corpus).articles) == len(OLD)
                asked[1] += 1
            except Exception as error:
                failed.append(f"opened anew: {error!r}")

    threads = [threading.Thread(target=job) for job in (ask, ask, ask, open_anew)]
    for thread in threads:
        thread.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", WRITER, str(tmp_path), str(ROUNDS)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        time.sleep(0.3)
        over.set()
        for thread in threads:
            thread.join(20)
    assert done.returncode == 0, done.stderr
    assert failed == []
    assert asked[0] > 50 and asked[1] > 5
    until = time.monotonic() + 10
    while f"{ROUNDS}天内补发" not in desk.ask("漏发的赠品几天内补发?", "天猫").hits[0].passage.text:
        assert time.monotonic() < until, "the desk did not take up the newest index"
        time.sleep(0.2)


def test_a_newer_index_that_is_damaged_does_not_take_the_last_one_away(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    run(write_pages(tmp_path / "pages", OLD), corpus)
    desk = Desk.open(corpus, encoders=[HashingEncoder()])
    run(write_pages(tmp_path / "pages", OLD | {"gifts": "赠品一律不补。"}), corpus)
    damaged = next((corpus / "index" / (corpus / "index" / "CURRENT").read_text().strip()).glob("*.faiss"))
    damaged.write_bytes(damaged.read_bytes()[:-7] + b"damaged")
    time.sleep(1.1)
    assert "3天内补发" in desk.ask("漏发的赠品几天内补发?", "天猫").hits[0].passage.text
    build_index(corpus, encoders=[HashingEncoder()])  # the command that the error names
    until = time.monotonic() + 10
    while "3天内补发" in desk.ask("漏发的赠品几天内补发?", "天猫").hits[0].passage.text:
        assert time.monotonic() < until, "the desk did not take up the mended index"
        time.sleep(0.2)
