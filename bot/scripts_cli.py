"""The commands of the script library: import, export, template."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.terminal import tell
from ingest.errors import SourceError, UsageError

scripts = typer.Typer(
    help="The script library (话术): tables of ready replies, checked against the rules.",
    epilog="Example: ruledesk scripts import replies.xlsx",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx or .csv")]
Corpus = Annotated[Path | None, typer.Option(help="The rules to check against [default: the starter rulebook]")]
Encoding = Annotated[str, typer.Option(help="Of a .csv file: utf-8-sig or gb18030")]


@scripts.command("import", epilog="Example: ruledesk scripts import replies.xlsx --into my-rules")
def import_(
    file: File,
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the library [default: the user's data folder]")
    ] = None,
    corpus: Corpus = None,
    replace: Annotated[bool, typer.Option(help="Drop what the library held before")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Reads a table of scripts into the library; those that breach a rule are told, marked and kept."""
    from bot.scripts import checked, merged
    from bot.scripts_files import kind_of, read_rows
    from bot.scripts_rows import BadRow, scripts_of
    from bot.scripts_rulebook import open_rules
    from bot.scripts_store import Library, default_folder

    kind = kind_of(str(file))
    try:
        found = list(scripts_of(read_rows(_bytes(file), kind)))
    except SourceError as error:
        raise SourceError(f"{file}: {error}") from None
    bad = [one for one in found if isinstance(one, BadRow)]
    new, same = merged(one for one in found if not isinstance(one, BadRow))
    new = checked(new, open_rules(corpus).checker.check)
    library = Library(into or default_folder())
    same += library.change(lambda: merged([*([] if replace else library.read()), *new]))
    breached = [script for script in new if script.breaches]
    if as_json:
        report: dict[str, Any] = {"imported": len(new), "merged": same, "breached": [s.to_json() for s in breached]}
        print(json.dumps(report | {"failed": [{"row": b.row, "error": b.why} for b in bad]}, ensure_ascii=False))
    else:
        print(f"{library.folder}: {len(new)} scripts read, {same} merged, {len(breached)} breach a rule")
        for script in breached:
            print(f"! {script.title or script.content[:20]}")
            for breach in script.breaches:
                print(
                    f"    {breach.label} 「{breach.words}」" + (f" → {breach.suggestion}" if breach.suggestion else "")
                )
    for one in bad:
        tell(f"{file}: {one.why}")
    if bad:
        raise typer.Exit(1)


@scripts.command(epilog="Example: ruledesk scripts export replies.xlsx --from my-rules")
def export(
    file: File,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="The library's folder [default: the user's data folder]"),
    ] = None,
    suggested: Annotated[bool, typer.Option(help="The desk's own replies with their rules, not the library")] = False,
    corpus: Corpus = None,
    encoding: Encoding = "utf-8-sig",
) -> None:
    """Writes the library, or the desk's own replies, as a table that agents' tools read."""
    from bot.scripts_files import kind_of
    from bot.scripts_rulebook import open_rules
    from bot.scripts_store import Library, default_folder

    kind_of(str(file))  # a slip is told before the rules are read
    folder = source or default_folder()
    found = open_rules(corpus).suggested() if suggested else Library(folder).read()
    if not found and not suggested:
        raise SourceError(f"{folder}: no scripts in it; fill it with: ruledesk scripts import FILE --into {folder}")
    _write(file, found, encoding)


@scripts.command(epilog="Example: ruledesk scripts template replies.xlsx")
def template(file: File, encoding: Encoding = "utf-8-sig") -> None:
    """Writes a table with the columns and two examples, to fill in and import."""
    from bot.scripts_rows import TEMPLATE

    _write(file, TEMPLATE, encoding)


def _write(file: Path, found: Any, encoding: str) -> None:
    from bot.scripts_files import ENCODINGS, kind_of, write_rows
    from bot.scripts_rows import row_of
    from ingest.store import write_whole

    if encoding not in ENCODINGS:
        raise UsageError(f"encoding {encoding[:40]!r} is not known; give {' or '.join(ENCODINGS)}")
    write_whole(file, write_rows([row_of(script) for script in found], kind_of(str(file)), encoding))
    print(f"{file}: {len(found)} scripts", file=sys.stderr)


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise SourceError(f"{file}: no such file; give an .xlsx or .csv file")
    return file.read_bytes()
