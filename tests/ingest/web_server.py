"""A small real web site on the loopback, for tests: pages that can change, vanish, drip, lie and redirect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Page:
    """One address: its reply, or `act`, which writes to the connection itself."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    act: Callable[[BaseHTTPRequestHandler, threading.Event], None] | None = None


@dataclass(frozen=True)
class Seen:
    """One request as the server got it."""

    path: str
    headers: Mapping[str, str]


class Site:
    """Pages by path; without a /robots.txt of its own it answers 404 there, as most sites do."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.seen: list[Seen] = []
        self.stopping = threading.Event()
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, path: str, body: str | bytes = b"", **rest: Any) -> str:
        """Puts a page and returns its address."""
        self.pages[path] = Page(body.encode() if isinstance(body, str) else body, **rest)
        return self.root + path

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        return self.put(path, status=status, headers={"Location": target})

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [seen.path for seen in self.seen if seen.path != "/robots.txt"]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.server.site
        site.seen.append(Seen(self.path, dict(self.headers.items())))
        page = site.pages.get(self.path, Page(b"not here", status=404))
        if page.act is not None:
            page.act(self, site.stopping)
            self.close_connection = True
            return
        same_tag = page.etag and self.headers.get("If-None-Match") == page.etag
        same_time = page.last_modified and self.headers.get("If-Modified-Since") == page.last_modified
        status = 304 if same_tag or same_time else page.status
        self.send_response(status)
        self.send_header("Content-Type", page.content_type)
        for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified), *page.headers.items()):
            if value:
                self.send_header(name, value)
        body = b"" if status == 304 else page.body
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for them, so that none outlives its test
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that hang up are what many of these tests are about


@contextmanager
def serving() -> Iterator[Site]:
    """A running site, stopped with all its connections at the end."""
    site = Site()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.site = site
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            site.stopping.set()
            server.shutdown()
            thread.join()


def drip(head: bytes, piece: bytes, pause: float) -> Callable[[BaseHTTPRequestHandler, threading.Event], None]:
    """An action that sends `head`, then `piece` again and again, each after `pause` seconds, until nobody listens."""

    def act(handler: BaseHTTPRequestHandler, stopping: threading.Event) -> None:
        handler.wfile.write(head)
        while not stopping.wait(pause):
            handler.wfile.write(piece)
            handler.wfile.flush()

    return act
