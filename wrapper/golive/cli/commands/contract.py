"""`golive contract`: the contract, and the proof that a server keeps it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from golive import InvalidInput, Origin
from golive.cli import bearer
from golive.cli.durations import duration
from golive.cli.exits import Exit
from golive.cli.options import allow_http_option, api_option
from golive.cli.reports import Report
from golive.cli.running import extra, with_report
from golive.cli.settings import option
from golive.contract import PORTAL, document
from golive.contract.rules import FORMS

if TYPE_CHECKING:
    from golive.contract.proof import Verdict

__all__ = ["contract"]


@click.command()
@click.argument("url", required=False)
@api_option
@click.option("--show", is_flag=True, help="Print the contract, an OpenAPI document, and exit.")
@option("publisher", help="Publisher that the server knows.  [default on loopback: contoso]")
@click.option(
    "--offer",
    multiple=True,
    help="Offer of that publisher; may be repeated.  [default on loopback: the emulator's]",
)
@click.option(
    "--allow-changes",
    is_flag=True,
    help="Also publish, take live and cancel these offers; otherwise nothing is changed.",
)
@click.option(
    "--form",
    multiple=True,
    type=click.Choice(FORMS),
    help="With --allow-changes: form of Location to expect.  [default: both]",
)
@click.option(
    "--examples",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="Number of examples of each request.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="Repeat the requests of an earlier run, whose output names the seed.",
)
@click.option(
    "--reports",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for JUnit, HAR and NDJSON reports; bearer tokens are masked.",
)
@click.option(
    "--cancel-within",
    type=duration,
    default="5m",
    show_default=True,
    help="How long a cancellation may take.",
)
@allow_http_option
@with_report
def contract(
    report: Report,
    url: str | None,
    api: str,
    show: bool,
    publisher: str | None,
    offer: tuple[str, ...],
    allow_changes: bool,
    form: tuple[str, ...],
    examples: int,
    seed: int | None,
    reports: Path | None,
    cancel_within: float,
    allow_http: bool,
) -> Exit:
    """Check that a server keeps the API contract.

    The bearer token for the server at URL comes from AZURE_TOKEN. With --json or --quiet, the output
    of Schemathesis goes to standard error.

    \b
    Examples:
      golive contract --show
      golive contract https://api.example --publisher contoso --offer contoso-offer
      golive contract http://127.0.0.1:8080 --allow-changes --reports reports
      golive contract --api product-ingestion https://api.example --offer contoso-offer
    For the one on loopback, run: golive emulator --always-ready --speed 3000000
    and for Product Ingestion, beside it: --habit strict-body --habit strict-version
    """
    if show == bool(url):
        raise click.UsageError("Give either the URL of a server or --show.")
    if url is None:
        click.echo(document(api), nl=False)
        return Exit.OK
    try:
        origin = Origin.parse(url, allow_http=allow_http)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from None
    if not origin.is_loopback and not (offer and (publisher or api != PORTAL)):
        named = "--publisher P --offer O" if api == PORTAL else "--offer EXTERNAL-ID"
        raise click.UsageError(f"Name an offer that the server knows: {named}.")
    token = bearer.from_environment()
    if not token:
        raise click.UsageError("AZURE_TOKEN is not set; the bearer token can come from nowhere else.")
    from golive.contract.proof import Proof

    proof = Proof(
        url=url,
        publisher=publisher or "contoso",
        offers=offer or (("contoso-offer", "contoso-legacy") if api == PORTAL else ("contoso-db",)),
        allow_changes=allow_changes,
        forms=form or FORMS,
        examples=examples,
        seed=seed,
        reports=reports,
        cancel_within=cancel_within,
        api=api,
    )
    with extra():
        verdict = proof.run(token, out=None if report.is_for_people else sys.stderr)
    return _told(report, verdict, url, str(origin))


def _told(report: Report, verdict: Verdict, url: str, origin: str) -> Exit:
    """Show what came of the proof."""
    for each in verdict.missing:
        report.warn(f"no 200 response seen for: {each}")
    code = Exit.OK if verdict.kept else Exit.BROKEN
    lines = [f"golive: {origin} keeps the contract (--seed {verdict.seed})"] if verdict.kept else []
    told = {"kept": verdict.kept, "seed": verdict.seed, "missing": list(verdict.missing)}
    report.tell("contract", lines, url=url, exit_code=code, **told)
    if not verdict.kept:
        report.warn(f"contract violated; reproduce with --seed {verdict.seed}")
    return code
