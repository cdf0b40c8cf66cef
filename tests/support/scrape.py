"""The daemon seen from outside: its page of metrics, its readiness, and its database read beside it."""

import asyncio
import http.client
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass(frozen=True, slots=True)
class Scrape:
    """One page of metrics."""

    series: Series

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of all series of that name that carry these labels."""
        wanted = set(labels.items())
        return sum(value for (own, pairs), value in self.series.items() if own == name and wanted <= pairs)

    def since(self, before: "Scrape") -> "Scrape":
        """Return what came in since an earlier page."""
        return Scrape({key: value - before.series.get(key, 0.0) for key, value in self.series.items()})

    def quantile(self, histogram: str, share: float) -> float:
        """Return a quantile of a histogram, between bucket bounds as Prometheus' histogram_quantile does it."""
        buckets = sorted(
            (float(dict(pairs)["le"]), value)
            for (name, pairs), value in self.series.items()
            if name == f"{histogram}_bucket"
        )
        rank, low, below = share * buckets[-1][1], 0.0, 0.0
        for bound, count in buckets:
            if count >= rank:
                return low if bound == float("inf") else low + (bound - low) * (rank - below) / max(count - below, 1e-9)
            low, below = bound, count
        return low


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8")
    finally:
        connection.close()


async def ready(port: int) -> bool:
    """Return whether the daemon says that it has looked at everything once."""
    try:
        status, _ = await asyncio.to_thread(_get, port, "/readyz")
    except OSError:
        return False
    return status == 200


async def scrape(port: int) -> Scrape:
    """Return the daemon's metrics as they are now."""
    _, page = await asyncio.to_thread(_get, port, "/metrics")
    return Scrape(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }
    )


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return what a query finds in the daemon's database, opened for reading only."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return [tuple(row) for row in connection.execute(query)]
    finally:
        connection.close()
