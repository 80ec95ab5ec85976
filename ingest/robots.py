"""What a host's robots.txt says to this program."""

from __future__ import annotations

from protego import Protego

from ingest.web_errors import RobotsForbids

MAX_CRAWL_DELAY = 10.0  # seconds; a host that asks for more gets one request in ten seconds
MAX_ROBOTS_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB; the rest is not read


class RobotsRules:
    """The rules of one host; `reason` is set where they could not be read, and then nothing of the host is fetched."""

    def __init__(self, text: str = "", reason: str | None = None) -> None:
        self._rules = Protego.parse(text)
        self._reason = reason

    @classmethod
    def from_reply(cls, status: int, body: bytes) -> RobotsRules:
        """A missing file (4xx) allows everything; 429 and server errors (5xx) forbid everything, as RFC 9309 says."""
        if status == 200:
            return cls(body.decode("utf-8", "replace"))
        if 400 <= status < 500 and status != 429:
            return cls()
        return cls(reason=f"the host answered {status}")

    def require(self, url: str, user_agent: str) -> None:
        """Raises RobotsForbids where the page must not be fetched."""
        if self._reason is not None:
            raise RobotsForbids(
                f"{url}: robots.txt could not be read ({self._reason}), so the page is left alone; try later"
            )
        if not self._rules.can_fetch(url, user_agent):
            raise RobotsForbids(f"{url}: robots.txt forbids it; ask the site, or save the page as a file and give that")

    def delay(self, user_agent: str) -> float:
        """Seconds that the host wants between requests, at most MAX_CRAWL_DELAY; 0 where it names none."""
        return min(float(self._rules.crawl_delay(user_agent) or 0.0), MAX_CRAWL_DELAY)
