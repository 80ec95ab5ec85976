"""Errors at the terminal: one line on stderr, an exit status, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

from typer.core import TyperGroup

from ingest.errors import RuledeskError, UsageError

DEBUG = "RULEDESK_DEBUG"


class Commands(TyperGroup):
    """Turns every error into one line on stderr and an exit status: 1 some input failed, 2 wrong usage."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs a command and exits."""
        try:
            sys.exit(super().main(*args, **(extra | {"standalone_mode": False})) or 0)
        except RuledeskError as error:
            _fail(str(error), 2 if isinstance(error, UsageError) else 1)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone: `| head`
            sys.exit(1)
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            _fail(f"{name}{error.strerror or error}", 1)
        except Exception as error:
            if hasattr(error, "format_message") and hasattr(error, "exit_code"):  # typer's own: a wrong option
                _fail(_usage_line(error), error.exit_code)
            if os.environ.get(DEBUG):
                raise
            what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            _fail(f"internal error ({what}); run it again with {DEBUG}=1 to see where, and report it", 1)


def _usage_line(error: Any) -> str:
    path = error.ctx.command_path if getattr(error, "ctx", None) else "ruledesk"
    words = " ".join(error.format_message().split()).rstrip(".")
    return f"{words}; see {path} --help"


def _fail(line: str, status: int) -> NoReturn:
    tell(line)
    sys.exit(status)


def tell(line: str) -> None:
    """One line on stderr."""
    print("ruledesk: " + " ".join(line.split("\n")), file=sys.stderr)
