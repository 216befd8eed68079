"""`golive emulator`: the API, emulated, for trying things out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from golive.cli.durations import duration
from golive.cli.exits import Exit
from golive.cli.reports import Report
from golive.cli.running import extra, with_report
from golive.emulator import (
    API_VERSION,
    TOKEN,
    Begins,
    Offer,
    Product,
    Scenario,
    default_offers,
    numbered,
)
from golive.emulator.faults import INGESTION

__all__ = ["emulator"]

#: More offers than these are not listed one by one when the emulator is announced.
MANY_OFFERS = 20


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port to listen on; 0 for any free one.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=20_000.0,
    show_default=True,
    help="How many times faster than real time.",
)
@click.option(
    "--scenario",
    type=click.Choice([each.value for each in Scenario]),
    default=Scenario.SUCCEED.value,
    show_default=True,
    help="How operations end.",
)
@click.option(
    "--api-version",
    multiple=True,
    default=[API_VERSION],
    show_default=True,
    help="API version to support; may be repeated.",
)
@click.option(
    "--always-ready",
    is_flag=True,
    help="Put offers back in preview when an operation ends, as contract tests need.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]",
    help="Fault to inject, e.g. drop-answer@golive, 500@poll:2-5 or 404@job; may be repeated.",
)
@click.option(
    "--habit",
    multiple=True,
    metavar="NAME",
    help="Behavior of either API to change, e.g. publish-goes-on or repeat-fails; may be repeated.",
)
@click.option(
    "--list-delay",
    type=duration,
    default="2m",
    show_default=True,
    help="How late operations appear in the list, in emulated time.",
)
@click.option(
    "--offer",
    multiple=True,
    metavar="PUBLISHER/OFFER[,legacy][,draft][,live][,scenario=NAME]",
    help="Offer to serve, in preview by default; may be repeated.  [default: three of contoso]",
)
@click.option(
    "--offers",
    type=click.IntRange(1, 100_000),
    help="Serve this many more offers, named offer-1 and so on.",
)
@click.option(
    "--publishers",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="With --offers: spread them over this many publishers.",
)
@with_report
def emulator(
    report: Report,
    host: str,
    port: int,
    speed: float,
    scenario: str,
    api_version: tuple[str, ...],
    always_ready: bool,
    fault: tuple[str, ...],
    habit: tuple[str, ...],
    list_delay: float,
    offer: tuple[str, ...],
    offers: int | None,
    publishers: int,
) -> Exit:
    """Run an emulator of both APIs for trials and tests.

    It serves the Cloud Partner Portal API, and the Product Ingestion API under
    /rp/product-ingestion, there with the products contoso-db, contoso-app, contoso-new,
    contoso-draft and contoso-gone.

    \b
    Examples:
      golive emulator --port 8080 --speed 1000
      golive emulator --fault drop-answer@golive --fault 500@poll:2-5
      golive emulator --offer contoso/my-offer --offer contoso/old-offer,legacy,draft
      golive emulator --offers 50 --publishers 5 --habit publish-goes-on
    """
    try:
        with extra():
            from golive.emulator import Emulator

            ends = Scenario(scenario)
            common: dict[str, Any] = {"scenario": ends, "always_ready": always_ready}
            wanted = [Offer.parse(text, **common) for text in offer] or default_offers(**common)
            wanted += numbered(offers or 0, publishers, beside=wanted, **common)
            service = Emulator(
                speed=speed,
                api_versions=api_version,
                faults=fault,
                habits=habit,
                list_delay=list_delay,
                scenario=ends,
                offers=wanted,
            )
    except ValueError as error:
        raise click.UsageError(str(error)) from None

    def announce(endpoint: str) -> None:
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104
        address = f"{endpoint} and all other addresses" if everywhere else endpoint
        known = [
            {
                "publisher": each.publisher,
                "offer": each.id,
                "migrated": each.migrated,
                "in_preview": each.begins is Begins.PREVIEW,
            }
            for each in wanted
        ]
        lines = [
            f"The emulator listens at {address}, {speed:g} times faster than real time.",
            *_listed(wanted),
            _invitation(wanted, endpoint),
            f"The Product Ingestion API is at {endpoint}{INGESTION}, with the products:",
            *(_product_line(each) for each in service.products),
        ]
        report.tell(
            "emulator",
            lines,
            endpoint=endpoint,
            ingestion_endpoint=f"{endpoint}{INGESTION}",
            speed=speed,
            offers=known,
            products=[
                {"product": each.id, "guid": each.guid, "begins": each.begins.value}
                for each in service.products
            ],
        )

    try:
        service.serve_forever(host, port, announce)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port, or 0 for any."
        ) from None
    return Exit.OK


def _listed(offers: Sequence[Offer]) -> Iterator[str]:
    """Yield a line for each offer, unless they are too many to read."""
    # A screen of offers says more than a thousand.
    shown = offers if len(offers) <= MANY_OFFERS else offers[:5]
    stages = {
        Begins.DRAFT: "never published",
        Begins.PREVIEW: "in preview",
        Begins.LIVE: "live",
    }
    for each in shown:
        kind = "migrated" if each.migrated else "not migrated"
        yield f"  {each.publisher}/{each.id}: {kind}, {stages[each.begins]}"
    if len(shown) < len(offers):
        yield f"  and {len(offers) - len(shown):,} more: {len(offers):,} offers in all"


def _product_line(product: Product) -> str:
    meaning = product.begins.meaning
    return f"  {product.id}: {meaning[0].lower()}{meaning[1:].rstrip('.')}"


def _invitation(offers: Sequence[Offer], endpoint: str) -> str:
    """Return a command that can be copied, for an offer that it works with."""
    ready = [each for each in offers if each.begins is Begins.PREVIEW]
    verb, first = ("start", ready[0]) if ready else ("publish", offers[0])
    return (
        f"Try: AZURE_TOKEN={TOKEN} golive {verb} {first.publisher} {first.id}"
        f" --endpoint {endpoint} --interval 1s"
    )
