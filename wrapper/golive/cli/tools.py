"""The verbs that are about no offer: what is set, completion, the emulator and the contract."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import click

from golive import ENDPOINT, CredentialError, InvalidInput, Origin, PollingPolicy
from golive.cli import tokens
from golive.cli.durations import duration, spoken
from golive.cli.exits import Exit
from golive.cli.frame import (
    allow_http_option,
    endpoint_options,
    publisher_option,
    reporting,
    waiting_options,
)
from golive.cli.reports import Report
from golive.cli.settings import VARIABLES, naming, option, origin_of
from golive.contract import document
from golive.contract.rules import FORMS

__all__ = ["TOOLS", "load_emulator"]

#: What azure-identity reads, and whether it is a secret.
_IDENTITY = {
    "AZURE_TENANT_ID": False,
    "AZURE_CLIENT_ID": False,
    "AZURE_CLIENT_SECRET": True,
    "AZURE_CLIENT_CERTIFICATE_PATH": False,
    "AZURE_CLIENT_CERTIFICATE_PASSWORD": True,
    "AZURE_USERNAME": False,
    "AZURE_PASSWORD": True,
    "AZURE_FEDERATED_TOKEN_FILE": False,
    "AZURE_AUTHORITY_HOST": False,
    "AZURE_TOKEN_CREDENTIALS": False,
}
HIDDEN = "(hidden)"

#: More offers than these are not listed one by one when the emulator is announced.
MANY_OFFERS = 20


@click.command()
@publisher_option
@endpoint_options
@waiting_options
@reporting
def config(report: Report, **settings: Any) -> Exit:
    """Show what is set, and where that comes from.

    Secrets are hidden. Flags come before variables, variables before the file.

    \b
    Examples:
      golive config
      golive --config ci.toml config --json
    The file is as small as this one:
      publisher = "contoso"
      timeout = "5d"
    """
    if settings["endpoint"] is not None:
        with naming("endpoint"):
            Origin.parse(settings["endpoint"], allow_http=settings["allow_http"])
    file = click.get_current_context().obj
    defaults = {"endpoint": ENDPOINT, "interval": PollingPolicy().floor}
    rows = []
    for name in VARIABLES:
        value = settings[name] if settings[name] is not None else defaults.get(name)
        source = origin_of(name) or "default"
        rows.append({"name": name.replace("_", "-"), "value": value, "source": source})
    credential = _credential()
    identity = {
        name: HIDDEN if secret else os.environ[name]
        for name, secret in _IDENTITY.items()
        if os.environ.get(name)
    }
    lines = [f"{row['name']:<11} {_shown(row['value']):<30} {row['source']}" for row in rows]
    lines.append(f"{'credential':<11} {credential}")
    lines += [f"{'':<11} {name}={value}" for name, value in identity.items()]
    lines.append(f"{'file':<11} {file}")
    told = {"path": file.path and str(file.path), "found": file.found}
    report.tell("config", lines, settings=rows, credential=credential, identity=identity, file=told)
    return Exit.OK


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> Exit:
    """Print what makes a shell complete golive.

    \b
    Examples:
      eval "$(golive completion bash)"                     in ~/.bashrc
      eval "$(golive completion zsh)"                      in ~/.zshrc, after compinit
      golive completion fish > ~/.config/fish/completions/golive.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "golive", "_GOLIVE_COMPLETE").source())
    return Exit.OK


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="The port to listen at; 0 for any that is free.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=20_000.0,
    show_default=True,
    help="How many times faster than real time; at the default, a go-live takes 13 seconds.",
)
@click.option(
    "--scenario",
    type=click.Choice(["succeed", "fail", "cancel", "wait", "hang", "invalid"]),
    default="succeed",
    show_default=True,
    help="How operations end.",
)
@click.option(
    "--api-version",
    multiple=True,
    default=["2017-10-31"],
    show_default=True,
    help="A version of the API to speak; may be repeated.",
)
@click.option(
    "--always-ready",
    is_flag=True,
    help="Have offers in preview again once an operation has ended, as contract tests need it.",
)
@click.option(
    "--fault",
    multiple=True,
    metavar="FAULT[@KIND][/PUBLISHER/OFFER][:FIRST[-LAST]]",
    help="What goes wrong, e.g. drop-answer@golive or 500@poll:2-5; may be repeated.",
)
@click.option(
    "--habit",
    multiple=True,
    metavar="NAME",
    help="What the service does otherwise, e.g. publish-goes-on; may be repeated.",
)
@click.option(
    "--list-delay",
    type=duration,
    default="2m",
    show_default=True,
    help="How late an operation appears in the list, in the emulated time.",
)
@click.option(
    "--offer",
    multiple=True,
    metavar="PUBLISHER/OFFER[,legacy][,draft][,live][,scenario=NAME]",
    help="An offer to have, in preview by default; may be repeated.  [default: three of contoso]",
)
@click.option(
    "--offers", type=click.IntRange(1, 100_000), help="Have so many more, called offer-1 and so on."
)
@click.option(
    "--publishers",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="With --offers: spread them over so many publishers.",
)
@reporting
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
    """Serve the API, emulated, for trying things out and for tests.

    \b
    Examples:
      golive emulator --port 8080 --speed 1000
      golive emulator --fault drop-answer@golive --fault 500@poll:2-5
      golive emulator --offer contoso/my-offer --offer contoso/old-offer,legacy,draft
      golive emulator --offers 50 --publishers 5 --habit publish-goes-on
    """
    Emulator, Scenario, token = load_emulator()  # noqa: N806
    from golive.emulator import Offer, default_offers, numbered

    common: dict[str, Any] = {"scenario": Scenario(scenario), "always_ready": always_ready}
    try:
        wanted = [Offer.parse(text, **common) for text in offer] or default_offers(**common)
        wanted += numbered(offers or 0, publishers, beside=wanted, **common)
        service = Emulator(
            speed=speed,
            api_versions=api_version,
            faults=fault,
            habits=habit,
            list_delay=list_delay,
            offers=wanted,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None

    def announce(endpoint: str) -> None:
        everywhere = host in ("0.0.0.0", "::")  # noqa: S104
        address = f"{endpoint} and all other addresses" if everywhere else endpoint
        lines = [f"The emulator listens at {address}, {speed:g} times faster than real time."]
        known = [
            {
                "publisher": each.publisher,
                "offer": each.id,
                "migrated": each.migrated,
                "in_preview": each.begins == "preview",
            }
            for each in wanted
        ]
        # A screen of offers says more than a thousand.
        shown = wanted if len(wanted) <= MANY_OFFERS else wanted[:5]
        stages = {"draft": "never published", "preview": "in preview", "live": "live"}
        for each in shown:
            kind = "migrated" if each.migrated else "not migrated"
            lines.append(f"  {each.publisher}/{each.id}: {kind}, {stages[each.begins]}")
        if len(shown) < len(wanted):
            lines.append(f"  and {len(wanted) - len(shown):,} more: {len(wanted):,} offers in all")
        ready = [each for each in wanted if each.begins == "preview"]
        verb, first = ("start", ready[0]) if ready else ("publish", wanted[0])
        lines.append(
            f"Try: AZURE_TOKEN={token} golive {verb} {first.publisher} {first.id}"
            f" --endpoint {endpoint} --interval 1s"
        )
        report.tell("emulator", lines, endpoint=endpoint, speed=speed, offers=known)

    try:
        service.serve_forever(host, port, announce)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen at {host}:{port}: {error.strerror}. Choose another --port, or 0 for any."
        ) from None
    return Exit.OK


@click.command()
@click.argument("url", required=False)
@click.option("--show", is_flag=True, help="Print the contract, an OpenAPI document, and exit.")
@option("publisher", help="A publisher that the server knows.  [default on loopback: contoso]")
@click.option(
    "--offer",
    multiple=True,
    help="An offer of the publisher; may be repeated.  [default on loopback: the emulator's]",
)
@click.option(
    "--allow-changes",
    is_flag=True,
    help="Also publish, take live and cancel these offers; without it, nothing is changed.",
)
@click.option(
    "--form",
    multiple=True,
    type=click.Choice(FORMS),
    help="With --allow-changes: the form of Location to expect.  [default: both]",
)
@click.option(
    "--examples", type=click.IntRange(1), default=30, show_default=True, help="Examples of each request."
)
@click.option(
    "--seed", type=click.IntRange(0), help="The same requests again; the output names the seed."
)
@click.option(
    "--reports",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for reports as JUnit, HAR and NDJSON; tokens are masked.",
)
@click.option(
    "--cancel-within",
    type=duration,
    default="5m",
    show_default=True,
    help="How long a cancellation may take.",
)
@allow_http_option
@reporting
def contract(
    report: Report,
    url: str | None,
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
    """Prove that a server keeps the contract.

    The server is at URL; its token comes from AZURE_TOKEN. With --json or --quiet, what Schemathesis
    has to say goes to the standard error.

    \b
    Examples:
      golive contract --show
      golive contract https://api.example --publisher contoso --offer contoso-offer
      golive contract http://127.0.0.1:8080 --allow-changes --reports reports
    The last one against: golive emulator --always-ready --speed 3000000
    """
    if show == bool(url):
        raise click.UsageError("Give either the URL of a server, or --show.")
    if url is None:
        click.echo(document(), nl=False)
        return Exit.OK
    try:
        origin = Origin.parse(url, allow_http=allow_http)
    except InvalidInput as error:
        raise click.UsageError(str(error)) from None
    if not origin.is_loopback and not (publisher and offer):
        raise click.UsageError("Name what the server knows: --publisher P --offer O.")
    token = tokens.from_environment()
    if not token:
        raise click.UsageError("AZURE_TOKEN is not set; the token comes from there only.")
    if importlib.util.find_spec("schemathesis") is None:
        raise click.ClickException("The proof needs Schemathesis: pip install 'golive[contract]'")
    from golive.contract.proof import Proof

    verdict = Proof(
        url=url,
        publisher=publisher or "contoso",
        offers=offer or ("contoso-offer", "contoso-legacy"),
        allow_changes=allow_changes,
        forms=form or FORMS,
        examples=examples,
        seed=seed,
        reports=reports,
        cancel_within=cancel_within,
    ).run(token, out=None if report.is_for_people else sys.stderr)
    for each in verdict.missing:
        report.warn(f"never answered by a 200: {each}")
    code = Exit.OK if verdict.kept else Exit.BROKEN
    lines = [f"golive: {origin} keeps the contract (--seed {verdict.seed})"] if verdict.kept else []
    told = {"kept": verdict.kept, "seed": verdict.seed, "missing": list(verdict.missing)}
    report.tell("contract", lines, url=url, exit_code=code, **told)
    if not verdict.kept:
        report.warn(f"the contract is not kept; again with --seed {verdict.seed}")
    return code


def load_emulator() -> tuple[Any, Any, str]:
    """Return the emulator, its scenarios and its token.

    Raises:
        click.ClickException: Its extra is not installed.
    """
    try:
        from golive.emulator import TOKEN, Emulator, Scenario
    except ModuleNotFoundError as error:
        raise click.ClickException(str(error)) from None
    return Emulator, Scenario, TOKEN


def _credential() -> str:
    try:
        token = tokens.from_environment()
    except CredentialError as error:
        return f"none: {error}"
    if token:
        told = tokens.describe(tokens.claims(token))
        return f"AZURE_TOKEN {HIDDEN}{', ' if told else ''}{told}"
    try:
        found = importlib.util.find_spec("azure.identity") is not None
    except ModuleNotFoundError:
        found = False
    if found:
        return "azure-identity, since AZURE_TOKEN is not set"
    return "none: set AZURE_TOKEN, or pip install 'golive[azure]'"


def _shown(value: object) -> str:
    match value:
        case None:
            return "(none)"
        case bool():
            return "yes" if value else "no"
        case float():
            return spoken(value)
    return str(value)


TOOLS = (emulator, contract, config, completion)
