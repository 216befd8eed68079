"""The board of a fleet in Chromium: live, on a phone and on a desktop, dark and light, with its buttons.

`nox -s browser` runs it; the pictures are for looking at. It drives Debian's chromium by chromedriver.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By

from golive.fleet import Fleet, OfferState, Release
from golive.fleet.board import serve
from golive.fleet.store import now

ATTACK = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--hide-scrollbars",
)
#: Seconds.
PATIENCE = 20


def main() -> None:
    """Open the board in every way, and say what came of it."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, Fleet(str(Path(place) / "fleet.sqlite")) as fleet:
        for offers in (3, 40, 400):
            _fill(fleet, offers)
        url, token = _served(fleet)
        with _browser() as browser:
            for dark in (False, True):
                scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
                for width in (390, 1280):
                    metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
                    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
                    for offers in (3, 40, 400):
                        browser.get(f"{url}/releases/release-{offers}")
                        wide = browser.execute_script("return document.documentElement.scrollWidth")
                        assert wide <= width, f"{offers} offers are {wide} wide"
                        assert browser.title.startswith(f"release-{offers}: ")
                        name = f"board-{offers}-{width}-{'dark' if dark else 'light'}.png"
                        browser.save_screenshot(str(folder / name))
            print("it fits, and the hostile text stayed text, on a phone and on a desktop")
            _check_live(browser, fleet, url, token)


def _check_live(browser: webdriver.Chrome, fleet: Fleet, url: str, token: str) -> None:
    browser.get(f"{url}/releases/release-3")
    assert not browser.find_elements(By.TAG_NAME, "button")
    fleet.store.change("release-3", "contoso/offer-0", state=OfferState.FAILED, message="Out of luck")
    _until(lambda: "Out of luck" in browser.find_element(By.TAG_NAME, "main").text)
    print("a change appeared by itself")
    browser.get(f"{url}/enter?token={token}")
    browser.get(f"{url}/releases/release-3")
    browser.find_element(By.CSS_SELECTOR, '[aria-label="retry contoso/offer-0"]').click()
    _until(lambda: fleet.status("release-3").offers[0].attempt == 2)
    _until(lambda: "Attempt 2" in browser.find_element(By.TAG_NAME, "main").text)
    print("a button did what it says")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(f"{url}/releases/release-40")
    assert "contoso/offer-3" in browser.find_element(By.TAG_NAME, "main").text
    print("without scripts it still shows the state")


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > ends:
            sys.exit("It did not happen in time.")
        time.sleep(0.1)


def _fill(fleet: Fleet, count: int) -> None:
    name, draw = f"release-{count}", random.Random(count)
    publishers = ("contoso", "fabrikam", "adventure-works")
    offers = [{"publisher": publishers[n % 3], "offer": f"offer-{n}"} for n in range(count)]
    fleet.start(Release.from_value({"name": name, "offers": offers}))
    states = [OfferState.LIVE] * 5 + [OfferState.GOING_LIVE] * 3 + list(OfferState)
    with fleet.store.transaction() as transaction:
        for record in transaction.records(name):
            state = draw.choice(states)
            transaction.change(
                record,
                state=state,
                began=now() - timedelta(hours=draw.random() * 60),
                ended=now() if state.has_ended else None,
                step="Certification" if state.is_active else None,
                percent=draw.randrange(100) if state.is_active else None,
                message=f"It failed: {ATTACK}" if state is OfferState.FAILED else None,
                waits_for="contoso/offer-0" if state is OfferState.WAITING else None,
            )


def _served(fleet: Fleet) -> tuple[str, str]:
    told: list[tuple[str, str]] = []

    def announce(url: str, token: str | None) -> None:
        told.append((url, str(token)))

    def run() -> None:
        serve(fleet, "127.0.0.1", 0, allow_changes=True, announce=announce)

    threading.Thread(target=run, daemon=True).start()
    _until(lambda: bool(told))
    return told[0]


@contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    found = subprocess.run(["which", "chromedriver"], capture_output=True, text=True, check=False)
    if found.returncode:
        sys.exit("This needs chromium and chromedriver.")
    browser = webdriver.Chrome(options, webdriver.ChromeService(found.stdout.strip()))
    try:
        yield browser
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
