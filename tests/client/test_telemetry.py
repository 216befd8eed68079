"""Spans and metrics for programs that use OpenTelemetry, and nothing for those that do not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from conftest import MIGRATED, Side
from golive import NotFound
from golive.emulator import TOKEN, Emulator


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    monkeypatch.setattr(metrics, "get_meter", provider.get_meter)
    yield reader
    provider.shutdown()


def test_a_go_live_is_two_spans(side: Side, emulator: Emulator, spans: InMemorySpanExporter) -> None:
    client = side.of(emulator)
    side.get(side.get(client.begin_go_live("contoso", MIGRATED)).result())
    begun, waited = spans.get_finished_spans()
    assert (begun.name, waited.name) == ("golive.begin_go_live", "golive.wait")
    offer = {"golive.publisher": "contoso", "golive.offer": MIGRATED}
    assert dict(begun.attributes or {}) == offer
    assert dict(waited.attributes or {}) == {**offer, "golive.kind": "go-live"}
    assert TOKEN not in begun.to_json() + waited.to_json()


def test_what_fails_is_told_in_its_span(
    side: Side, emulator: Emulator, spans: InMemorySpanExporter
) -> None:
    with pytest.raises(NotFound):
        side.get(side.of(emulator).begin_publish("contoso", "nowhere"))
    [span] = spans.get_finished_spans()
    assert span.status.status_code is trace.StatusCode.ERROR
    assert "NotFound" in span.to_json()
    assert "Bearer" not in span.to_json()


def test_operations_are_counted_and_measured(
    side: Side, emulator: Emulator, reader: InMemoryMetricReader
) -> None:
    client = side.of(emulator)
    side.get(side.get(client.begin_go_live("contoso", MIGRATED)).wait())
    data = reader.get_metrics_data()
    assert data is not None
    [scope] = data.resource_metrics[0].scope_metrics
    counted, measured = (metric.data.data_points[0] for metric in scope.metrics)
    assert isinstance(counted, NumberDataPoint)
    assert isinstance(measured, HistogramDataPoint)
    assert counted.value == 1
    assert dict(counted.attributes or {}) == {"golive.kind": "go-live", "golive.state": "succeeded"}
    assert 2 * 86_400 < measured.sum < 4 * 86_400


def test_golive_alone_loads_nothing_of_it() -> None:
    text = "import golive, sys; raise SystemExit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0
