"""Telling others what changed: a command, a webhook, or what `apprise` reaches.

A delivery that fails raises `HookFailed`; who delivers decides whether to try again. What is told may
arrive twice, and carries an id by which that is seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from attrs import field, frozen

from golive.errors import GoLiveError, InvalidInput
from golive.http import httpx
from golive.text import one_line

__all__ = ["SECRET", "Command", "Hook", "HookFailed", "Notification", "Webhook", "hook_of"]

#: The variable with the key that webhooks are signed with.
SECRET = "GOLIVE_WEBHOOK_SECRET"  # noqa: S105 - its name
#: How long a delivery may take, in seconds.
_PATIENCE = 60.0
#: What a child has no use for, and could give away.
_SECRETS = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "_KEY")


class HookFailed(GoLiveError):
    """Somebody could not be told of a change."""

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later, though nobody mends anything: yes."""
        return True


class Hook(Protocol):
    """Whom to tell."""

    @property
    def name(self) -> str:
        """What it is called, without anything secret."""
        ...

    def deliver(self, event: Mapping[str, Any], identifier: str) -> None:
        """Tell of a change.

        Args:
            event: What changed, as JSON knows it.
            identifier: The same for the same change.

        Raises:
            HookFailed: It could not be told.
        """
        ...


def hook_of(*, command: str | None = None, url: str | None = None) -> Hook:
    """Return the hook for a command, or for a URL.

    Args:
        command: The command, as a shell takes it apart; no shell runs it.
        url: An `https://` or `http://` URL, or one of `apprise`, such as `slack://` or `mailto://`.

    Raises:
        InvalidInput: It is neither.
    """
    if command is not None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise InvalidInput(f"The command {command!r} is malformed: {error}.") from None
        if not words:
            raise InvalidInput("The command is empty.")
        return Command(tuple(words))
    scheme = urlsplit(url or "").scheme
    if scheme in ("http", "https"):
        return Webhook(str(url), os.environ.get(SECRET) or None)
    if not scheme:
        raise InvalidInput("A webhook must be a URL, such as https://example.com/hook.")
    return Notification(str(url))


@frozen
class Command:
    """A command, which gets the change as JSON on its standard input.

    Attributes:
        words: The program and its arguments.
    """

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """The program."""
        return self.words[0]

    def deliver(self, event: Mapping[str, Any], identifier: str) -> None:
        """Run it."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if not any(word in name.upper() for word in _SECRETS)
        }
        try:
            done = subprocess.run(
                self.words,
                input=json.dumps({**event, "event_id": identifier}),
                text=True,
                encoding="utf-8",
                capture_output=True,
                env=environment,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = getattr(error, "strerror", None) or "it takes too long"
            raise HookFailed(f"Could not run {self.name}: {reason}.") from None
        if done.returncode:
            said = one_line(done.stderr.strip().rpartition("\n")[2], 200)
            raise HookFailed(f"{self.name} exited with {done.returncode}{said and f': {said}'}.")


@frozen
class Webhook:
    """A URL, which gets the change as JSON, signed as Standard Webhooks 1.0 says.

    The headers are `webhook-id`, `webhook-timestamp` and, with a secret, `webhook-signature`: `v1,` and
    the base64 of the HMAC-SHA256 over `id.timestamp.body`.

    Attributes:
        url: The URL.
        secret: The key; None for no signature. One that begins with `whsec_` is base64.
    """

    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The host, as the rest of the address of a webhook is often a secret."""
        return urlsplit(self.url).hostname or "the webhook"

    def deliver(self, event: Mapping[str, Any], identifier: str) -> None:
        """Post it. No redirect is followed."""
        body = json.dumps(event).encode()
        moment = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": moment,
        }
        if self.secret is not None:
            signed = b".".join((identifier.encode(), moment.encode(), body))
            digest = hmac.digest(_key(self.secret), signed, hashlib.sha256)
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        try:
            answer = httpx.post(
                self.url, content=body, headers=headers, timeout=_PATIENCE, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise HookFailed(f"Could not reach {self.name}: {type(error).__name__}.") from None
        if not answer.is_success:
            raise HookFailed(f"{self.name} answered {answer.status_code}.")


@frozen
class Notification:
    """Anything that `apprise` reaches: Teams, Slack, mail and a hundred more.

    Attributes:
        url: Its URL, as apprise documents it.
    """

    url: str = field(repr=False)

    @property
    def name(self) -> str:
        """The kind of service."""
        return urlsplit(self.url).scheme

    def deliver(self, event: Mapping[str, Any], identifier: str) -> None:
        """Notify it."""
        try:
            import apprise
        except ModuleNotFoundError:
            raise InvalidInput(
                f"To notify {self.name}:// requires: pip install 'golive[notify]'"
            ) from None
        told = apprise.Apprise()
        if not told.add(self.url):
            raise InvalidInput(f"apprise does not know the address that begins with {self.name}://.")
        if not told.notify(title=one_line(str(event.get("title", "golive")), 200), body=_worded(event)):
            raise HookFailed(f"{self.name} could not be notified.")


def _key(secret: str) -> bytes:
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            raise InvalidInput(f"{SECRET} begins with whsec_, and is not base64.") from None
    return secret.encode()


def _worded(event: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{name}: {one_line(str(value), 500)}"
        for name, value in event.items()
        if isinstance(value, (str, int, float)) and name != "title"
    )
