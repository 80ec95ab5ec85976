"""Index generations: only new texts are embedded, what is gone is gone, and a build that dies costs nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.building import build_index
from index.manifest import CURRENT, IndexError_
from index.query import read_query
from index.retriever import Retriever, current_generation
from ingest.errors import CorpusError
from ingest.pipeline import ingest
from ingest.store import one_writer
from tests.index.corpora import RULES, small_corpus, write_rule
from tests.index.hashing import HashingEncoder, Power


def top(corpus: Path, question: str, encoder: HashingEncoder | None = None) -> str:
    retriever = Retriever.open(corpus, [encoder or HashingEncoder()])
    return retriever.search(read_query(question), 1)[0].passage.text


def texts_of(corpus: Path) -> list[str]:
    return [p.text for p in Retriever.open(corpus, [HashingEncoder()]).passages]


def test_a_first_build_embeds_everything_and_says_so(tmp_path: Path) -> None:
    encoder = HashingEncoder()
    corpus = small_corpus(tmp_path)
    report = build_index(corpus, encoders=[encoder])
    assert (report.passages, report.units, report.up_to_date) == (3, 5, False)
    assert report.embedded == len(encoder.embedded) == 3 + 5
    assert report.reused == 0
    assert "破损" in top(corpus, "快递破损怎么办")

    manifest = json.loads((current_generation(corpus) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["models"] == ["hashing"]
    assert manifest["dimensions"] == {"hashing": 32}
    assert manifest["normalised"] is True
    assert len(manifest["corpus_digest"]) == 16
    assert (manifest["articles"], manifest["passages"], manifest["units"]) == (3, 3, 5)


def test_a_second_build_of_the_same_corpus_does_nothing(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    first = build_index(corpus, encoders=[HashingEncoder()])
    again = HashingEncoder()
    report = build_index(corpus, encoders=[again])
    assert report.up_to_date
    assert report.generation == first.generation
    assert again.embedded == []


def test_only_new_and_changed_texts_are_embedded(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    write_rule(tmp_path / "pages", "night", "京东", "夜班两人同值。\n交接要写记录,漏写一次扣2分。")
    ingest([str(tmp_path / "pages")], corpus)
    encoder = HashingEncoder()
    report = build_index(corpus, encoders=[encoder])
    # One sentence changed, and with it its passage: 1 + 1 new, 4 sentences and 2 passages taken over.
    assert report.embedded == len(encoder.embedded) == 2
    assert report.reused == 6
    assert all("扣2分" in text for text in encoder.embedded)
    assert "扣2分" in top(corpus, "漏写交接记录扣几分")


def test_taken_over_vectors_answer_as_fresh_ones_do(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    write_rule(tmp_path / "pages", "extra", "淘宝", "样品不可当正品卖。")
    ingest([str(tmp_path / "pages")], corpus)
    build_index(corpus, encoders=[HashingEncoder()])
    fresh = small_corpus(tmp_path / "fresh" if (tmp_path / "fresh").mkdir() is None else tmp_path)
    write_rule(tmp_path / "fresh" / "pages", "extra", "淘宝", "样品不可当正品卖。")
    ingest([str(tmp_path / "fresh" / "pages")], fresh)
    build_index(fresh, encoders=[HashingEncoder()])
    for question in ("样品能卖吗", "夜班几个人", "漏发赠品"):
        one, other = (
            [
                (h.passage.passage_id, round(h.score, 4))
                for h in Retriever.open(c, [HashingEncoder()]).search(read_query(question), 9)
            ]
            for c in (corpus, fresh)
        )
        assert one == other


def test_a_sentence_that_stands_twice_is_embedded_once(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path, {"gifts": ("天猫", "\n".join(["漏发的赠品3天内补发。"] * 4))})
    encoder = HashingEncoder()
    report = build_index(corpus, encoders=[encoder])
    assert report.units == 4
    assert len(encoder.embedded) == len(set(encoder.embedded)) == 2  # the sentence, and the passage


def test_a_deleted_article_leaves_the_index(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    (tmp_path / "pages" / "parcel.md").unlink()
    ingest([str(tmp_path / "pages")], corpus)
    encoder = HashingEncoder()
    build_index(corpus, encoders=[encoder])
    assert encoder.embedded == []
    assert not [t for t in texts_of(corpus) if "破损" in t]
    assert "破损" not in top(corpus, "快递破损怎么办")


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_a_build_that_dies_leaves_the_last_good_index(tmp_path: Path, after: int) -> None:
    corpus = small_corpus(tmp_path)
    first = build_index(corpus, encoders=[HashingEncoder()])
    for name, (platform, body) in RULES.items():
        write_rule(tmp_path / "pages", name, platform, f"新版:{body}")
    ingest([str(tmp_path / "pages")], corpus)
    dying = HashingEncoder()
    dying.fail_after = after
    with pytest.raises(Power):
        build_index(corpus, encoders=[dying])
    assert current_generation(corpus).name == first.generation
    assert not top(corpus, "漏发赠品").startswith("新版")

    report = build_index(corpus, encoders=[HashingEncoder()])
    assert not report.up_to_date
    assert top(corpus, "漏发赠品").startswith("新版")
    assert list((corpus / "index").glob("*.tmp")) == [], "a dead build's folder was left behind"


def test_what_a_kill_before_the_last_rename_left_is_swept_away(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    left = corpus / "index" / ".CURRENT.4711.tmp"
    left.write_text("gen-0\n")
    assert build_index(corpus, encoders=[HashingEncoder()]).up_to_date
    assert not left.exists() and top(corpus, "漏发赠品")


def test_a_first_build_that_dies_leaves_no_index(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    dying = HashingEncoder()
    dying.fail_after = 2
    with pytest.raises(Power):
        build_index(corpus, encoders=[dying])
    with pytest.raises(IndexError_, match="no index yet"):
        Retriever.open(corpus, [HashingEncoder()])


def test_a_reader_that_is_open_goes_on_while_a_new_index_is_published(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    reader = Retriever.open(corpus, [HashingEncoder()])
    write_rule(tmp_path / "pages", "gifts", "天猫", "赠品一律不补。")
    ingest([str(tmp_path / "pages")], corpus)
    build_index(corpus, encoders=[HashingEncoder()])
    found = reader.search(read_query("漏发赠品"), 1)[0].passage
    assert "3天内补发" in found.text
    assert reader.articles[found.article_id].text[found.start : found.end] == found.text
    assert "一律不补" in top(corpus, "漏发赠品")


def test_old_generations_are_swept(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    for n in range(5):
        write_rule(tmp_path / "pages", "gifts", "天猫", f"赠品第{n}版规定在此。")
        ingest([str(tmp_path / "pages")], corpus)
        build_index(corpus, encoders=[HashingEncoder()])
    assert len(list((corpus / "index").glob("gen-*"))) == 2


def test_another_model_is_another_index(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    build_index(corpus, encoders=[HashingEncoder()])
    other = HashingEncoder("other", 16)
    report = build_index(corpus, encoders=[other])
    assert report.reused == 0
    assert Retriever.open(corpus, [other]).manifest.models == ("other",)


def test_two_models_stand_side_by_side(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    both = [HashingEncoder(), HashingEncoder("other", 16)]
    report = build_index(corpus, encoders=both)
    assert report.embedded == 2 * (3 + 5)
    assert Retriever.open(corpus, both).search(read_query("夜班"), 3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda home: home / "nothing", "ruledesk ingest"),
        (lambda home: small_corpus(home, {"x": ("天猫", "字。")}).parent, "no articles.jsonl"),
    ],
)
def test_a_folder_that_is_no_corpus(tmp_path: Path, make, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CorpusError, match=words):
        build_index(make(tmp_path), encoders=[HashingEncoder()])


def test_a_corpus_without_rules(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    (corpus / "sources.json").unlink()  # a corpus made by hand
    (corpus / "passages.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(CorpusError, match="no rule passages"):
        build_index(corpus, encoders=[HashingEncoder()])


def test_a_corpus_that_is_being_written(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    with one_writer(corpus), pytest.raises(CorpusError, match="another ingest or index run"):
        build_index(corpus, encoders=[HashingEncoder()])


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    build_index(small_corpus(tmp_path), progress=lambda *step: seen.append(step), encoders=[HashingEncoder()])
    assert [s for s in seen if s[1] == s[2]] == [("hashing units", 5, 5), ("hashing passages", 3, 3)]


def test_current_names_a_generation(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    report = build_index(corpus, encoders=[HashingEncoder()])
    assert (corpus / "index" / CURRENT).read_text(encoding="utf-8").strip() == report.generation
