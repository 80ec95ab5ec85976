"""What the crash tests do again and again: an old corpus with its index, a newer set of pages, and what must hold."""

from __future__ import annotations

import json
import os
from pathlib import Path

from index.building import build_index
from index.query import read_query
from index.retriever import Retriever
from ingest.disk import Disk
from ingest.pipeline import ingest
from ingest.store import DISK, read_corpus
from tests.index.hashing import HashingEncoder

LONG = os.environ.get("RULEDESK_LONG", "") not in ("", "0")  # hours instead of seconds: by hand, before a release
OLD = {
    "gifts": "赠品随单登记,漏发的3天内补发。",
    "night": "夜班两人同值。\n交接要写记录,漏写一次扣1分。",
    "parcel": "快递破损先拍照留证。\n平台24小时内受理。",
    "stays": "换货的邮费由店铺出。",
}
NEW = {  # one changed, one gone, one added, two as they were
    "gifts": "赠品随单登记,漏发的5天内补发。",
    "parcel": OLD["parcel"],
    "sample": "样品不可当正品卖,违者扣2分。",
    "stays": OLD["stays"],
}


def write_pages(folder: Path, rules: dict[str, str]) -> Path:
    """The rules as Markdown pages; pages of other rules are taken away."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.md"):
        path.unlink()
    for name, body in rules.items():
        head = f"---\nid: {name}\ntitle: {name}规定\nplatforms: [天猫]\npublished: 2024-01-02\n---\n"
        (folder / f"{name}.md").write_text(f"{head}{body}\n", encoding="utf-8")
    return folder


def run(pages: Path, corpus: Path, disk: Disk = DISK) -> None:
    """One ingest and one index run."""
    ingest([str(pages)], corpus, disk=disk)
    build_index(corpus, encoders=[HashingEncoder()], disk=disk)


def corpus_state(corpus: Path, *states: dict[str, str]) -> int:
    """Which of the states the corpus is in. Raises where it is in none: something was lost, doubled or mixed."""
    found = read_corpus(corpus)
    assert len({a.article_id for a in found.articles}) == len(found.articles), "an article stands there twice"
    assert {p.article_id for p in found.passages} == {a.article_id for a in found.articles}
    texts = {a.article_id: a.text for a in found.articles}
    assert texts in states, f"neither old nor new: {sorted(texts)}"
    return states.index(texts)


def index_state(corpus: Path, *states: dict[str, str]) -> int:
    """Which of the states the index answers from; it must answer."""
    retriever = Retriever.open(corpus, [HashingEncoder()])
    texts = {a.article_id: a.text for a in retriever.articles.values()}
    assert texts in states, f"neither old nor new: {sorted(texts)}"
    hit = retriever.search(read_query("赠品漏发几天内补发"), 1)[0].passage
    assert texts[hit.article_id][hit.start : hit.end] == hit.text and hit.article_id == "gifts"
    return states.index(texts)


def whole_lines(corpus: Path) -> None:
    """The plain files that other programs read are whole, each by itself."""
    for path in corpus.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            json.loads(line)
