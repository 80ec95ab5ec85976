"""Figures for Prometheus: counts and times, never a word of what was asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.answer_cache import CacheCounts

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0)


class Metrics:
    """The counters of one server, in a registry of its own."""

    def __init__(
        self,
        built: Callable[[], datetime | None] = lambda: None,
        articles: Callable[[], int] = lambda: 0,
        waiting: Callable[[], int] = lambda: 0,
        cache: Callable[[], CacheCounts | None] = lambda: None,
    ) -> None:
        """`built`: when the index that answers was built; `articles` it holds; `waiting`: questions under way; `cache`:
        how much the answer cache has helped, None where there is none."""
        self._registry = registry = CollectorRegistry()
        self.questions = Counter("ruledesk_questions", "Questions answered or refused", registry=registry)
        self.refusals = Counter("ruledesk_refusals", "Questions that the rules do not answer", registry=registry)
        self.checks = Counter("ruledesk_checks", "Draft replies checked", registry=registry)
        self.errors = Counter("ruledesk_errors", "Questions and drafts on which the desk broke", registry=registry)
        self.rejected = Counter("ruledesk_rejected", "Questions and drafts that were no valid call", registry=registry)
        self.busy = Counter("ruledesk_busy", "Told to try again: too many were waiting", registry=registry)
        self.limited = Counter(
            "ruledesk_rate_limited", "Told to wait: one user or address too often", registry=registry
        )
        self.wrong_logins = Counter("ruledesk_wrong_logins", "Wrong passwords, and tries in a pause", registry=registry)
        self.seconds = Histogram(
            "ruledesk_answer_seconds", "From call to answer, waiting included", ["kind"],
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        age = Gauge("ruledesk_index_age_seconds", "Since the index that answers was built", registry=registry)
        age.set_function(lambda: _age(built()))
        Gauge("ruledesk_articles", "Articles that answers come from", registry=registry).set_function(articles)
        Gauge("ruledesk_in_progress", "Questions and drafts under way", registry=registry).set_function(waiting)
        started = Gauge("ruledesk_start_time_seconds", "When the server began, since 1970", registry=registry)
        started.set(time.time())
        registry.register(_CacheFigures(cache))

    def text(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)


class _CacheFigures(Collector):
    """What the answer cache counts itself, read when it is asked for."""

    def __init__(self, counts: Callable[[], CacheCounts | None]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """The figures; none without a cache."""
        found = self._counts()
        if found is None:
            return
        yield CounterMetricFamily("ruledesk_cache_hits", "Questions answered from the cache", found.hits)
        yield CounterMetricFamily("ruledesk_cache_misses", "Questions that had to be answered anew", found.misses)
        yield GaugeMetricFamily("ruledesk_cache_answers", "Answers in the cache", found.answers)
        yield GaugeMetricFamily("ruledesk_cache_bytes", "What they weigh", found.bytes)


def _age(built: datetime | None) -> float:
    return (datetime.now(UTC) - built).total_seconds() if built else float("nan")
