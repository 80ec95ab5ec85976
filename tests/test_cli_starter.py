"""The starter corpus: built once into the cache folder, reused, rebuilt when its makers change, never half there."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.starter as starter
from bot.starter import KEEP, cache_folder, rulebook_folder, starter_corpus
from index.retriever import Retriever
from ingest.errors import CorpusError
from ingest.store import read_corpus
from tests.index.hashing import HashingEncoder, Power


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RULEDESK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def rulebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rulebook of one article in place of the packaged one."""
    folder = tmp_path / "corpus" / "rulebook"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(
        "---\nid: a\ntitle: 赠品\nplatforms: [天猫]\npublished: 2024-01-02\n---\n漏发的3天内补发。\n一次扣1分。\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(starter, "rulebook_folder", lambda: folder)
    return folder


def test_the_packaged_rulebook_is_whole(home: Path) -> None:
    encoder = HashingEncoder()
    folder = starter_corpus(encoders=(encoder,))
    assert folder.parent == home
    corpus = read_corpus(folder)
    files = list(rulebook_folder().glob("*.md"))
    assert len(corpus.articles) == len(files) == 40
    assert all(a.platforms or a.title for a in corpus.articles)
    assert not [s for a in corpus.articles for s in a.sources if "/" in s], "a path of this machine stands in a source"
    assert Retriever.open(folder, [encoder]).passages


def test_the_second_call_embeds_nothing(rulebook: Path) -> None:
    first = starter_corpus(encoders=(HashingEncoder(),))
    again = HashingEncoder()
    assert starter_corpus(encoders=(again,)) == first
    assert again.embedded == []


def test_a_changed_rulebook_is_another_starter_and_embeds_only_the_change(rulebook: Path) -> None:
    first = starter_corpus(encoders=(HashingEncoder(),))
    page = rulebook / "a.md"
    page.write_text(page.read_text(encoding="utf-8").replace("扣1分", "扣2分"), encoding="utf-8")
    encoder = HashingEncoder()
    second = starter_corpus(encoders=(encoder,))
    assert second != first
    assert len(encoder.embedded) == 2  # the sentence, and its passage
    assert "扣2分" in read_corpus(second).articles[0].text
    assert "扣1分" in read_corpus(first).articles[0].text, "whoever has the older one open keeps it"


def test_another_model_is_another_starter(rulebook: Path) -> None:
    assert starter_corpus(encoders=(HashingEncoder(),)) != starter_corpus(encoders=(HashingEncoder("other"),))


def test_a_build_that_dies_leaves_nothing_that_looks_whole(rulebook: Path, home: Path) -> None:
    dying = HashingEncoder()
    dying.fail_after = 1
    with pytest.raises(Power):
        starter_corpus(encoders=(dying,))
    assert [p.name for p in home.glob("starter-*") if not p.name.endswith(".tmp")] == []
    folder = starter_corpus(encoders=(HashingEncoder(),))
    assert Retriever.open(folder, [HashingEncoder()]).passages
    assert list(home.glob("*.tmp")) == []


def test_old_starters_are_swept(rulebook: Path, home: Path) -> None:
    for n in range(KEEP + 2):
        (rulebook / "a.md").write_text(
            f"---\nid: a\ntitle: 赠品\nplatforms: []\npublished:\n---\n第{n}版。\n", encoding="utf-8"
        )
        newest = starter_corpus(encoders=(HashingEncoder(),))
    left = list(home.glob("starter-*"))
    assert len(left) == KEEP
    assert newest in left


def test_a_cache_folder_that_cannot_be_written_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("RULEDESK_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(CorpusError, match="RULEDESK_HOME"):
        starter_corpus(encoders=(HashingEncoder(),))


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "home"
    monkeypatch.delenv("RULEDESK_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder().name == "ruledesk"
