"""Fetching web pages: the only file of ruledesk that touches the network.

Every request resolves its host once, requires every answer to be public, and connects to one of those very answers, so
that a name that changes its mind between check and connection gains nothing.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType

import httpcore
import httpx

from ingest.addresses import require_public
from ingest.inflate import OverLimit, collect, inflate
from ingest.pinned import Network, PinnedBackend, Plan
from ingest.robots import MAX_ROBOTS_BYTES, RobotsRules
from ingest.web_errors import (
    BadAddress,
    HttpStatus,
    RefusedAddress,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, zlib.error, OSError)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # a name as httpx writes it, or an IPv6 address
_PLAN = "ruledesk.plan"  # the request extension that carries the addresses and the deadline to the transport


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came: `body` is decompressed but not decoded; empty where `not_modified`."""

    url: str
    final_url: str
    status: int
    body: bytes
    content_type: str
    charset: str | None
    etag: str | None
    last_modified: str | None
    not_modified: bool


class SystemNetwork:
    """The machine's own resolver and sockets."""

    def resolve(self, host: str, port: int) -> list[str]:
        """See Network."""
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))

    def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        """See Network."""
        return httpcore.SyncBackend().connect_tcp(address, port, timeout)


class Fetcher:
    """Fetches pages politely and safely; a context manager, for one thread.

    `seconds_per_host` is the least time between two requests to one host, `deadline` the seconds for one request from
    resolving the name to the last byte, `max_bytes` the decompressed size. `clock` and `sleep` serve the rate alone.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        seconds_per_host: float = 1.0,
        deadline: float = 30.0,
        max_bytes: int = 10_000_000,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        network: Network | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._seconds = seconds_per_host
        self._deadline = deadline
        self._max_bytes = max_bytes
        self._clock = clock
        self._sleep = sleep
        self._network = network or SystemNetwork()
        self._last: dict[str, float] = {}
        self._robots: dict[str, RobotsRules] = {}
        self.user_agent = f"ruledesk/{_version()}"
        # The transport alone, without httpx.Client: a client looks at redirects, cookies and proxies on its own.
        self._transport = _Transport(self._network)
        self._headers = {
            "User-Agent": self.user_agent,
            "Accept": "text/html, application/xhtml+xml, */*;q=0.1",
            "Accept-Language": "zh-CN, zh;q=0.9, en;q=0.5",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes what is open."""
        self._transport.close()

    def get(self, url: str, etag: str | None = None, last_modified: str | None = None) -> Fetched:
        """Fetches a page, following up to MAX_REDIRECTS redirects; with validators, an unchanged page comes back empty.

        Raises BadAddress, RefusedAddress, RobotsForbids, TooLarge, TooSlow, TooManyRedirects, Unreachable or
        HttpStatus, all of them SourceError with one line that names the address.
        """
        headers = {
            name: value
            for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified))
            if value and value.isascii() and value.isprintable()
        }
        response, final, body = self._follow(url, headers, self._max_bytes, self._obey)
        unchanged = response.status_code == 304 and bool(headers)
        if not unchanged and response.status_code != 200:
            raise HttpStatus(str(final), response.status_code)
        return Fetched(
            url=url,
            final_url=str(final),
            status=response.status_code,
            body=b"" if unchanged else body,
            content_type=response.headers.get("content-type", "").partition(";")[0].strip().lower(),
            charset=response.charset_encoding,
            etag=response.headers.get("etag"),
            last_modified=response.headers.get("last-modified"),
            not_modified=unchanged,
        )

    def _follow(
        self, url: str, headers: dict[str, str], limit: int, allow: Callable[[httpx.URL], None], cut: bool = False
    ) -> tuple[httpx.Response, httpx.URL, bytes]:
        current = self._checked(url)
        for _ in range(MAX_REDIRECTS + 1):
            allow(current)
            response, body = self._request(current, headers, limit, cut)
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                return response, current, body
            try:
                target = current.join(location)
            except (httpx.InvalidURL, ValueError) as error:
                raise BadAddress(f"{current}: redirects to something that is no address ({location[:80]!r})") from error
            current = self._checked(str(target.copy_with(fragment=None)))
        raise TooManyRedirects(f"{url}: redirects more than {MAX_REDIRECTS} times; give the final address")

    def _checked(self, url: str) -> httpx.URL:
        try:
            parsed = httpx.URL(url)
            host = parsed.raw_host.decode("ascii")
        except (httpx.InvalidURL, ValueError) as error:
            raise BadAddress(f"{url[:200]}: not a web address ({error})") from error
        if parsed.scheme not in _PORTS or not _HOST.fullmatch(host):
            raise BadAddress(f"{url[:200]}: only http and https addresses are read; give one, or a file")
        if parsed.userinfo:
            raise BadAddress(
                f"{parsed.copy_with(userinfo=b'')}: an address with a user name in it is not read; leave it out"
            )
        if parsed.port not in (None, 80, 443) and not self._allow_private:
            raise RefusedAddress(f"{url[:200]}: port {parsed.port} is not 80 or 443; give --allow-private to read it")
        return parsed

    def _obey(self, url: httpx.URL) -> None:
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._robots:
            try:
                # Any host may be asked for its own robots.txt, wherever it redirects to.
                response, _, body = self._follow(f"{origin}/robots.txt", {}, MAX_ROBOTS_BYTES, lambda _: None, cut=True)
                self._robots[origin] = RobotsRules.from_reply(response.status_code, body)
            except RefusedAddress:
                raise
            except (TooSlow, Unreachable) as error:
                self._robots[origin] = RobotsRules(reason=error.why)
            except (BadAddress, TooManyRedirects):
                self._robots[origin] = RobotsRules(reason="it redirects to no page")
        self._robots[origin].require(str(url), self.user_agent)

    def _wait(self, url: httpx.URL) -> None:
        rules = self._robots.get(f"{url.scheme}://{url.netloc.decode('ascii')}")
        pause = max(self._seconds, rules.delay(self.user_agent) if rules else 0.0)
        wait = self._last[url.host] + pause - self._clock() if url.host in self._last else 0.0
        if wait > 0:
            self._sleep(wait)
        self._last[url.host] = self._clock()

    def _request(self, url: httpx.URL, headers: dict[str, str], limit: int, cut: bool) -> tuple[httpx.Response, bytes]:
        self._wait(url)
        until = time.monotonic() + self._deadline
        try:
            addresses = self._resolve(url, until)
            if not self._allow_private:
                require_public(url.host, addresses)
            plan = Plan(tuple(addresses), until)
            request = httpx.Request("GET", url, headers=self._headers | headers, extensions={_PLAN: plan})
            response = self._transport.handle_request(request)
            try:
                if response.status_code != 200:
                    return response, b""
                encoding = response.headers.get("content-encoding", "")
                pieces = inflate(response.iter_raw(), encoding)
                return response, collect(pieces, limit, lambda: plan.left(httpcore.ReadTimeout), cut=cut)
            finally:
                response.close()
        except OverLimit:
            raise TooLarge(f"{url}: over {limit:,} bytes, the limit for a page; save its text as a file") from None
        except (httpcore.TimeoutException, httpx.TimeoutException) as error:
            raise TooSlow(str(url), self._deadline) from error
        except _BROKEN as error:
            raise Unreachable(str(url), str(error) or type(error).__name__) from error

    def _resolve(self, url: httpx.URL, until: float) -> list[str]:
        # getaddrinfo knows no timeout: it gets a thread, and is left to itself when the time is over.
        found: list[list[str] | OSError] = []

        def look_up() -> None:
            try:
                found.append(self._network.resolve(url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]))
            except (OSError, UnicodeError) as error:
                found.append(error if isinstance(error, OSError) else OSError(str(error)))

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(max(0.0, until - time.monotonic()))
        if not found:
            raise httpcore.ConnectTimeout("resolving the name took too long")
        if isinstance(found[0], OSError):
            raise found[0]
        return found[0]


class _Transport(httpx.BaseTransport):
    """A connection of its own for each request, made to the addresses of the plan and bound by its deadline."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._ssl: ssl.SSLContext | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        plan: Plan = request.extensions[_PLAN]
        if request.url.scheme == "https" and self._ssl is None:
            self._ssl = httpx.create_ssl_context(trust_env=False)
        # The host of the URL stays what it is: it is what Host, SNI and the certificate check go by.
        pool = httpcore.ConnectionPool(ssl_context=self._ssl, network_backend=PinnedBackend(self._network, plan))
        try:
            url = httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            )
            reply = pool.handle_request(httpcore.Request("GET", url, headers=request.headers.raw))
        except BaseException:
            pool.close()
            raise
        return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply, pool))


class _Body(httpx.SyncByteStream):
    def __init__(self, reply: httpcore.Response, pool: httpcore.ConnectionPool) -> None:
        self._reply, self._pool = reply, pool

    def __iter__(self) -> Iterator[bytes]:
        yield from self._reply.iter_stream()

    def close(self) -> None:
        self._reply.close()
        self._pool.close()


def _version() -> str:
    try:
        return version("ruledesk")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
