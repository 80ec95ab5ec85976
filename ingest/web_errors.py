"""What can go wrong between the desk and a web page, split by what the person does about it."""

from __future__ import annotations

from ingest.errors import SourceError


class BadAddress(SourceError):
    """The address itself cannot be used: its scheme, its port, a user name in it."""


class RefusedAddress(SourceError):
    """The address leads to a private, loopback or otherwise special network; --allow-private lets it through."""


class RobotsForbids(SourceError):
    """The host's robots.txt forbids the page, or could not be read."""


class TooLarge(SourceError):
    """The page has more bytes than the limit, counted after decompression."""


class TooSlow(SourceError):
    """The host did not deliver the page within the deadline; `why` is that alone."""

    def __init__(self, url: str, seconds: float) -> None:
        self.why = f"not delivered within {seconds:g} s"
        super().__init__(f"{url}: {self.why}; try again later")


class TooManyRedirects(SourceError):
    """The page redirects to itself or too many times."""


class Unreachable(SourceError):
    """No name, no connection, no valid certificate, or a reply that is not HTTP; `why` is that alone."""

    def __init__(self, url: str, why: str) -> None:
        self.why = why
        super().__init__(f"{url}: cannot be read ({why}); check the address, or try again later")


class HttpStatus(SourceError):
    """The host answered with an error; `status` is its number."""

    def __init__(self, url: str, status: int) -> None:
        advice = {
            401: "the page needs a login; save it as a file and give that",
            403: "the host refuses it; save the page as a file and give that",
            429: "the host asks for fewer requests; try again later with a slower rate",
        }.get(status, "the page is gone; take it off your list" if status in (404, 410) else "try again later")
        super().__init__(f"{url}: the host answered {status}; {advice}")
        self.status = status

    @property
    def gone(self) -> bool:
        """Whether the page no longer exists (404, 410)."""
        return self.status in (404, 410)
