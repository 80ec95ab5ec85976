"""Who may use the desk: a file of names, roles and hashed passwords."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError

from ingest.errors import UsageError

Role = Literal["agent", "lead"]
ROLES: tuple[Role, ...] = ("agent", "lead")
MIN_PASSWORD, MAX_PASSWORD, MAX_NAME = 8, 500, 64
MEMORY_KIB, PASSES = 19_456, 2  # what OWASP's cheat sheet names as the least for argon2id with one lane
HINT = "make one with: ruledesk passwd NAME"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who logged in. A lead may do what changes the desk for all, uploads first of all."""

    name: str
    lead: bool = False


People = Mapping[str, tuple[Login, str]]  # by name, the login and its argon2 hash


class Logins:
    """The people of a login file. Whoever is taken out of it, or gets another password or role, is another login from
    then on: `holds` tells the old one from the new."""

    def __init__(self, people: People, newer: Callable[[], People | None] = lambda: None) -> None:
        """`newer` gives the people anew whenever they changed, else None."""
        self._people = dict(people)
        self._newer = newer
        self._lock = threading.Lock()
        self._hasher = _hasher()
        # An unknown name costs what a known one costs: its password is held against this, made at the file's own cost.
        first = next(iter(self._people.values()), None)
        maker = PasswordHasher.from_parameters(extract_parameters(first[1])) if first else self._hasher
        self._decoy = maker.hash(secrets.token_hex(16))

    def named(self, name: str | None) -> Login | None:
        """The login of a name that was verified before."""
        found = self._now().get(name or "")
        return found[0] if found else None

    def holds(self, login: Login) -> bool:
        """Whether a login that was given out still stands as it was."""
        return self.named(login.name) is login

    def check(self, name: str, password: str) -> Login | None:
        """The login where name and password fit. Slow on purpose (some 50 ms), known name or not."""
        login, expected = self._now().get(name, (None, self._decoy))
        try:
            self._hasher.verify(expected, password[:MAX_PASSWORD])
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return None
        return login

    def _now(self) -> People:
        with self._lock:
            newer = self._newer()
            if newer is not None:
                old = self._people
                self._people = {name: old[name] if old.get(name) == row else row for name, row in newer.items()}
            return self._people


def parse_logins(content: bytes, path: Path) -> People:
    """Reads `name:role:hash` lines; blank lines and lines with # first are left out. Raises UsageError."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the login file {path}: {error}; {HINT} >> {path}") from error
    people: dict[str, tuple[Login, str]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, role, hashed = (*line.strip().split(":", 2), "", "")[:3]
        if role not in ROLES or not hashed.startswith("$argon2id$"):
            raise UsageError(f"{path} line {number} is not name:role:hash (plain passwords are not kept); {HINT}")
        if name in people:
            raise UsageError(f"{path} line {number} names {name!r} a second time; remove one of the lines")
        try:
            extract_parameters(hashed)
        except InvalidHashError as error:
            raise UsageError(f"{path} line {number}: the hash of {name!r} is damaged; {HINT}") from error
        people[_checked_name(name)] = (Login(name, role == "lead"), hashed)
    if not people:
        raise UsageError(f"{path} names nobody who may log in; {HINT} >> {path}")
    return people


def login_line(name: str, password: str, lead: bool = False) -> str:
    """The line of a login file for a person. Raises UsageError for a name or password that will not do."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(f"the password has {len(password)} characters; give {MIN_PASSWORD} to {MAX_PASSWORD}")
    return f"{_checked_name(name)}:{'lead' if lead else 'agent'}:{_hasher().hash(password)}"


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)


def _checked_name(name: str) -> str:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or set(name) & set(": \u3000#"):
        raise UsageError(f"the name {name[:MAX_NAME]!r} will not do; 1 to {MAX_NAME} characters, no colon, space or #")
    return name


def basic_login(header: str | None) -> tuple[str, str] | None:
    """Name and password of an HTTP Basic Authorization header, or None."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None
