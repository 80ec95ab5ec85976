"""The login file, read again whenever it changes: whoever is taken out of it is out at once."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from bot.app.logins import HINT, Logins, People, parse_logins
from ingest.errors import UsageError

# Within this time of its last change a file may change once more without another time stamp: its bytes are compared.
UNSETTLED = 2.0
log = logging.getLogger("ruledesk.logins")


def read_logins(path: Path) -> Logins:
    """The people of a file, and of what it becomes. Raises UsageError where it does not read now; later on, the last
    good one stays in force, and the log says so."""
    file = _LoginFile(path)
    return Logins(parse_logins(file.read(), path), file.newer)


class _LoginFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, ...] | None = None
        self._content = b""
        self._problem = ""

    def read(self) -> bytes:
        """What stands in it now. Raises UsageError."""
        try:
            self._content = self._path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read the login file {self._path}: {error}; {HINT} >> {self._path}") from error
        return self._content

    def newer(self) -> People | None:
        """The people, where the file changed since it was last read and reads well."""
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
            if stamp == self._stamp:
                return None
            before, content = self._content, self.read()
            self._stamp = stamp if time.time() - found.st_ctime > UNSETTLED else None
            people = parse_logins(content, self._path) if content != before else None
        except (OSError, UsageError) as error:
            if str(error) != self._problem:
                self._problem = str(error)
                log.warning("%s; until it reads again, those whom it named before may log in", error)
            return None
        return people
