"""Hooks: a command gets JSON and no secret, a webhook is signed as the standard says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from golive import InvalidInput
from golive.hooks import SECRET, Command, HookFailed, Notification, Webhook, hook_of

EVENT = {"event": "operation", "title": "contoso/offer: running", "percent": 7}


class Listener(HTTPServer):
    """Keeps what is posted, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/s3cr3t"


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((dict(self.headers.items()), body))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 204)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *arguments: Any) -> None: ...


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def script(tmp_path: Path, text: str) -> str:
    path = tmp_path / "hook.py"
    path.write_text(text, "utf-8")
    return f"'{sys.executable}' '{path}'"


def test_a_command_gets_the_change_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AZURE_TOKEN", "AZURE_CLIENT_SECRET", "MY_PASSWORD", SECRET, "HARMLESS"):
        monkeypatch.setenv(name, "s3cr3t")
    out = tmp_path / "out.json"
    command = script(
        tmp_path,
        "import json, os, pathlib, sys\n"
        f"pathlib.Path({str(out)!r}).write_text(json.dumps([json.load(sys.stdin), dict(os.environ)]))\n",
    )
    hook_of(command=command).deliver(EVENT, "evt_1")
    event, environment = json.loads(out.read_text())
    assert event == {**EVENT, "event_id": "evt_1"}
    assert [name for name, value in environment.items() if "s3cr3t" in value] == ["HARMLESS"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raise SystemExit(3)", "exited with 3."),
        ("import sys\nprint('one', file=sys.stderr)\nsys.exit('why \\x1b[2J')", "exited with 1: why"),
    ],
)
def test_a_command_that_fails(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(HookFailed) as caught:
        hook_of(command=script(tmp_path, text)).deliver(EVENT, "evt_1")
    assert told in str(caught.value)
    assert str(caught.value).isprintable()
    assert caught.value.is_retryable


def test_a_command_that_is_not_there() -> None:
    with pytest.raises(HookFailed, match="Could not run /no/such: No such file or directory"):
        Command(("/no/such",)).deliver(EVENT, "evt_1")


@pytest.mark.parametrize(("secret", "key"), [("abc", b"abc"), ("whsec_a2V5", b"key")])
def test_a_webhook_is_signed_as_standard_webhooks_says(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, secret: str, key: bytes
) -> None:
    monkeypatch.setenv(SECRET, secret)
    hook = hook_of(url=listener.url)
    hook.deliver(EVENT, "evt_1")
    [(headers, body)] = listener.seen
    assert json.loads(body) == EVENT
    assert headers["webhook-id"] == "evt_1"
    signed = f"evt_1.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert "s3cr3t" not in repr(hook)
    assert secret not in repr(hook)


def test_without_a_secret_a_webhook_is_not_signed(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    hook_of(url=listener.url).deliver(EVENT, "evt_1")
    assert "webhook-signature" not in listener.seen[0][0]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_a_webhook_answers_is_told_without_its_address(listener: Listener, status: int) -> None:
    listener.statuses = [status]
    with pytest.raises(HookFailed, match=rf"127\.0\.0\.1 answered {status}") as caught:
        Webhook(listener.url).deliver(EVENT, "evt_1")
    assert "s3cr3t" not in str(caught.value)
    assert len(listener.seen) == 1


def test_a_webhook_that_cannot_be_reached() -> None:
    with pytest.raises(HookFailed, match=r"Could not reach 127\.0\.0\.1") as caught:
        Webhook("http://127.0.0.1:1/s3cr3t").deliver(EVENT, "evt_1")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "given", [{"command": ""}, {"command": "'"}, {"url": "example.com"}, {"url": ""}]
)
def test_what_is_no_hook(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        hook_of(**given)


def test_a_secret_that_is_malformed() -> None:
    with pytest.raises(InvalidInput, match="is not base64"):
        Webhook("http://127.0.0.1:1/", "whsec_?").deliver(EVENT, "evt_1")


def test_other_addresses_are_for_apprise() -> None:
    hook = hook_of(url="slack://a/b/c")
    assert hook == Notification("slack://a/b/c")
    assert hook.name == "slack"
    assert "a/b/c" not in repr(hook)
