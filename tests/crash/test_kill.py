"""SIGKILL at random instants of ingest, index and feedback: nothing is lost, and the next run completes the work.

RULEDESK_LONG=1 kills 3,000 times; RULEDESK_KILLS names another number.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.feedback import FeedbackStore
from index.manifest import IndexError_
from index.retriever import Retriever
from ingest.errors import CorpusError
from ingest.store import one_writer
from tests.crash.scene import LONG, OLD, corpus_state, index_state, run, whole_lines, write_pages
from tests.index.hashing import HashingEncoder

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("RULEDESK_KILLS") or (3_000 if LONG else 100))


class Worker:
    """See tests/crash/worker.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.worker"],
            cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def begin(self, *words: str | Path) -> int:
        """Starts a child; its process id."""
        return int(self._say(" ".join(map(str, words))))

    def wait(self) -> int:
        """The last child's exit status, negative where a signal ended it."""
        return int(self._say("wait"))

    def close(self) -> None:
        """Ends the worker."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _say(self, line: str) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def rules_of(rng: random.Random, number: int) -> dict[str, str]:
    """Another set of rules for each run: some changed, some gone, some new; gifts is always there."""
    kept = {name: body for name, body in OLD.items() if name == "gifts" or rng.random() < 0.7}
    kept["gifts"] = f"赠品随单登记,漏发的{number % 9 + 1}天内补发。"
    kept[f"rule{number}"] = f"第{number}条店规,违者扣{number % 7}分。"
    return kept


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_kills_at_random_instants_lose_nothing(tmp_path: Path, worker: Worker) -> None:
    seed = int(os.environ.get("RULEDESK_SEED") or random.randrange(10**6))
    print(f"RULEDESK_SEED={seed}")
    rng = random.Random(seed)
    pages, corpus = tmp_path / "pages", tmp_path / "corpus"
    run(write_pages(pages, OLD), corpus)
    stored = indexed = OLD
    whole = [0.05]
    counts = {"kills": 0, "runs that ended first": 0, "corpus new": 0, "index new": 0, "completed": 0}
    number = 0
    while counts["kills"] < KILLS:
        number += 1
        new = rules_of(rng, number)
        write_pages(pages, new)
        child = worker.begin("run", pages, corpus)
        time.sleep(rng.uniform(0, 1.05 * sorted(whole)[len(whole) // 2]))
        os.kill(child, signal.SIGKILL)
        status = worker.wait()
        assert status in (0, -signal.SIGKILL), "the run failed before it was killed"
        counts["kills" if status else "runs that ended first"] += 1
        whole_lines(corpus)
        state = corpus_state(corpus, stored, new)
        stored = (stored, new)[state]
        counts["corpus new"] += state
        state = index_state(corpus, indexed, new)
        indexed = (indexed, new)[state]
        counts["index new"] += state
        if number % 10 == 0:
            begun = time.perf_counter()
            worker.begin("run", pages, corpus)
            assert worker.wait() == 0
            whole = [*whole[-8:], time.perf_counter() - begun]
            stored = indexed = new
            assert corpus_state(corpus, new) == index_state(corpus, new) == 0
            counts["completed"] += 1
    worker.begin("run", pages, corpus)
    assert worker.wait() == 0
    assert corpus_state(corpus, new) == index_state(corpus, new) == 0
    assert not [p for p in corpus.rglob("*") if p.name.endswith((".tmp", ".new", ".staged", ".committed", ".done"))]
    print(json.dumps(counts | {"lost": 0, "doubled": 0}))


def test_a_first_run_that_is_killed_leaves_nothing_half(tmp_path: Path, worker: Worker) -> None:
    pages = write_pages(tmp_path / "pages", OLD)
    for number in range(20 if not LONG else 300):
        corpus = tmp_path / f"corpus{number}"
        child = worker.begin("run", pages, corpus)
        time.sleep(random.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        worker.wait()
        try:
            corpus_state(corpus, OLD)
        except CorpusError as error:
            assert "make it with: ruledesk ingest" in str(error)
        try:
            index_state(corpus, OLD)
        except IndexError_ as error:
            assert "no index yet" in str(error)
        run(pages, corpus)
        assert corpus_state(corpus, OLD) == index_state(corpus, OLD) == 0


def test_a_lock_goes_with_the_process_that_held_it(tmp_path: Path) -> None:
    script = "import sys, time\nfrom pathlib import Path\nfrom ingest.store import one_writer\n"
    script += "with one_writer(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "c")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(CorpusError, match="another ingest or index run"), one_writer(tmp_path / "c"):
            pass
        holder.kill()
        holder.wait(10)
    with one_writer(tmp_path / "c", wait_s=5):
        pass


def test_two_writers_at_once_take_turns_or_are_told(tmp_path: Path) -> None:
    """Each round two processes write different pages into one corpus; whoever comes second is told so."""
    one, other = Worker(), Worker()
    corpus = tmp_path / "corpus"
    rng = random.Random(7)
    try:
        for number in range(8):
            rules = (rules_of(rng, 2 * number), rules_of(rng, 2 * number + 1))
            for name, found in zip("ab", rules, strict=True):
                write_pages(tmp_path / name, found)
            one.begin("run", tmp_path / "a", corpus)
            other.begin("run", tmp_path / "b", corpus)
            statuses = one.wait(), other.wait()
            assert 0 in statuses and set(statuses) <= {0, 1}
            articles = Retriever.open(corpus, [HashingEncoder()]).articles
            assert len({a.article_id for a in articles.values()}) == len(articles)
    finally:
        one.close()
        other.close()


def test_feedback_survives_a_kill(tmp_path: Path, worker: Worker) -> None:
    store, told = tmp_path / "feedback.sqlite3", tmp_path / "told"
    for _ in range(12 if not LONG else 300):
        child = worker.begin("add", store, told)
        time.sleep(random.uniform(0.05, 0.25))
        os.kill(child, signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
        kept = [row["question"] for row in FeedbackStore(store).feedback()]
        said = told.read_text().splitlines() if told.exists() else []
        assert len(kept) == len(set(kept)), "a thumb was stored twice"
        assert set(said) <= set(kept), "a thumb that was stored is gone"

    assert len(said) > 10
