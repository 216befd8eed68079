"""The page of `golive report` in Chromium, with and without scripts, on a phone and on a desktop.

The service of this check is hostile: every text it sends tries to be more than text. Whatever got
through would change the document's title, load something, or add an element. `nox -s browser` runs it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

from attrs import evolve

from golive import GoLiveClient, Message, OperationStatus
from golive.cli.history import History
from golive.cli.reports.page import write
from golive.emulator import TOKEN, Emulator, Scenario

ATTACK = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    "</style></svg></title><iframe src='javascript:0'></iframe>"
)
WIDTHS = {"phone": 500, "desktop": 1280}
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--hide-scrollbars",
]


def main() -> None:
    """Write the page, open it in every way, and say what came of it."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        sys.exit("This needs chromium.")
    page = folder / "page.html"
    write(page, _history())
    # Headless Chromium needs scripts for its own work; a sandboxed frame is where a page has none.
    frame = folder / "without-scripts.html"
    frame.write_text(
        "<!DOCTYPE html><style>body {margin: 0} iframe {border: 0; width: 100%; height: 1500px}</style>"
        "<iframe sandbox src=page.html></iframe>",
        "utf-8",
    )
    for name, width in WIDTHS.items():
        options = [*QUIET, f"--window-size={width},1500"]
        with_scripts, without = (folder / f"{name}-{kind}-scripts.png" for kind in ("with", "without"))
        _run(found, *options, f"--screenshot={with_scripts}", page.as_uri())
        _run(found, *options, f"--screenshot={without}", frame.as_uri())
        assert with_scripts.read_bytes() == without.read_bytes()
        tree = _run(found, *options, "--dump-dom", page.as_uri())
        tags = set(re.findall(r"<(\w+)", re.sub(r"<style>.*?</style>", "", tree, flags=re.DOTALL)))
        assert not tags & {"script", "img", "iframe", "a", "link", "object"}, tags
        assert "<title>contoso/contoso-offer: go-live failed</title>" in tree
        assert ATTACK in unescape(tree)
        print(f"{name}: the hostile text stayed text, with scripts and without")


def _history() -> History:
    """Follow a go-live that fails, by a service whose texts are attacks."""
    emulator = Emulator(speed=1_000_000, scenario=Scenario.FAIL)
    with emulator.serve() as url, GoLiveClient(TOKEN, endpoint=url) as client:
        operation = client.begin_go_live("contoso", "contoso-offer")
        history = History(operation, fresh=True)
        for status in operation:
            history.add(_spoiled(status))
    return history


def _spoiled(status: OperationStatus) -> OperationStatus:
    steps = (*status.steps[:-1], evolve(status.steps[-1], description=ATTACK, estimate=ATTACK))
    message = Message(html=f"{ATTACK} &lt;script&gt;", level=ATTACK)
    return evolve(status, error=ATTACK, steps=steps, messages=(*status.messages, message))


def _run(*command: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        command = (*command[:-1], f"--user-data-dir={profile}", command[-1])
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


if __name__ == "__main__":
    main()
