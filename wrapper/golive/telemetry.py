"""OpenTelemetry spans and metrics, where a program uses it: golive itself loads nothing of it.

A span goes from the call to its end: `golive.begin_go_live`, `begin_publish`, `begin_cancel` and `wait`.
The requests within it are spans of `opentelemetry-instrumentation-httpx`, if that is there. Metrics are
`golive.operations`, a counter of operations that were followed to their end, and
`golive.operation.duration`, a histogram of for how long, in seconds; both by `golive.kind` and
`golive.state`. Nothing of it holds a token.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from golive._version import __version__

__all__ = ["count", "span"]


@contextmanager
def span(name: str, **attributes: str | None) -> Iterator[None]:
    """Have what happens within it be a span, if the program traces.

    Args:
        name: What happens.
        attributes: What is known about it; None for what is not.
    """
    trace: Any = sys.modules.get("opentelemetry.trace")
    if trace is None:
        yield
        return
    tracer = trace.get_tracer("golive", __version__)
    with tracer.start_as_current_span(f"golive.{name}", attributes=_named(attributes)):
        yield


def count(seconds: float, **attributes: str | None) -> None:
    """Count an operation that was followed to its end, if the program measures.

    Args:
        seconds: For how long it was followed.
        attributes: What is known about it; None for what is not.
    """
    metrics: Any = sys.modules.get("opentelemetry.metrics")
    if metrics is None:
        return
    meter = metrics.get_meter("golive", __version__)
    named = _named(attributes)
    meter.create_counter("golive.operations", "{operation}").add(1, named)
    meter.create_histogram("golive.operation.duration", "s").record(seconds, named)


def _named(attributes: Mapping[str, str | None]) -> dict[str, str]:
    return {f"golive.{name}": str(value) for name, value in attributes.items() if value is not None}
