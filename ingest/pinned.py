"""Connections bound to addresses that were checked beforehand and to one deadline; ingest.fetch opens them."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import httpcore

MAX_CONNECT = 10.0  # seconds for one address, so that a dead first one leaves time for the next


class Network(Protocol):
    """Names and connections; tests put their own in its place."""

    def resolve(self, host: str, port: int) -> list[str]:
        """The IP addresses of a host, as text. Raises OSError."""

    def connect(self, address: str, port: int, timeout: float) -> httpcore.NetworkStream:
        """A TCP connection. Raises httpcore.ConnectError, httpcore.ConnectTimeout."""


@dataclass(frozen=True, slots=True)
class Plan:
    """For one request: the only addresses to connect to, and when it has to be over (on time.monotonic())."""

    addresses: tuple[str, ...]
    until: float

    def left(self, error: type[httpcore.TimeoutException], timeout: float | None = None) -> float:
        """Seconds left, at most `timeout`. Raises `error` where none are."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise error("the deadline has passed")
        return seconds if timeout is None else min(seconds, timeout)


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the plan's addresses in their order, whatever name it is asked for."""

    def __init__(self, network: Network, plan: Plan) -> None:
        self._network, self._plan = network, plan

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """See httpcore. Raises the last address's error where none answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._plan.addresses:
            try:
                left = self._plan.left(httpcore.ConnectTimeout, MAX_CONNECT)
                return _Stream(self._network.connect(address, port, left), self._plan)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the plan's deadline, so that a slow drip gains no time."""

    def __init__(self, inner: httpcore.NetworkStream, plan: Plan) -> None:
        self._inner, self._plan = inner, plan

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._plan.left(httpcore.ReadTimeout, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._plan.left(httpcore.WriteTimeout, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._plan.left(httpcore.ConnectTimeout, timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._plan)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
