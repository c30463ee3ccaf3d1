"""Figures for Prometheus: requests by route and status, how long they took, and what waits."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATES: tuple[str, ...] = ("accepted", "indexed", "pending", "dead", "deleted")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one API process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "voc_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._latency = Histogram(
            "voc_request_seconds",
            "Seconds until a request was answered.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._records = Counter(
            "voc_records", "Records pushed, by what became of them.", ("result",), registry=self._registry
        )

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """One answered request; `route` is the template, never a path with somebody's id."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(method, route).observe(seconds)

    def records(self, result: str, count: int) -> None:
        """Records pushed."""
        self._records.labels(result).inc(count)

    def exposition(self, documents: Mapping[str, Mapping[str, int]]) -> bytes:
        """The text format; `documents` is workspace → state (see `STATES`) → count, asked for just now."""
        asked = CollectorRegistry()
        gauge = Gauge("voc_documents", "Documents by where they are.", ("workspace", "state"), registry=asked)
        for workspace, counts in documents.items():
            for state in STATES:
                gauge.labels(workspace, state).set(counts.get(state, 0))
        return generate_latest(self._registry) + generate_latest(asked)
