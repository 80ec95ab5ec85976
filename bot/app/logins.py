"""Who may use the desk: a file of names and passwords, and the check of the plain JSON routes."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.errors import UsageError

Verify = Callable[[str, str], bool]
LEAD = ":lead"  # at the end of a line: this login may load pages and see what was refused


def read_logins(path: Path) -> dict[str, str]:
    """`name:password` lines of a file; blank lines and lines with # first are left out. Raises UsageError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read the login file {path}: {error}; give a UTF-8 text of name:password lines"
        ) from error
    logins: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, password = line.strip().partition(":")
        if not (name and colon and password):
            raise UsageError(f"{path} line {number} is not name:password; mend or remove the line")
        logins[name] = password.removesuffix(LEAD)
    if not logins:
        raise UsageError(f"{path} names nobody who may log in; add a line name:password")
    return logins


def read_leads(path: Path) -> frozenset[str]:
    """The names whose line ends in :lead. Call after `read_logins`, which refuses a file that does not read."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    return frozenset(line.partition(":")[0] for line in lines if line.endswith(LEAD) and not line.startswith("#"))


def verifier(logins: Mapping[str, str]) -> Verify:
    """Whether a name and password fit, in a time that does not tell which of the two was wrong."""

    def verify(name: str, password: str) -> bool:
        expected = logins.get(name)
        same = hmac.compare_digest(password.encode(), (expected or "").encode())
        return same and expected is not None

    return verify


def basic_login(header: str | None) -> tuple[str, str] | None:
    """Name and password of an HTTP Basic Authorization header, or None."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (name, password) if colon else None
