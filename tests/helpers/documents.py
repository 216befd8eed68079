"""Runs what documents show: Python in this process, consoles in a shell, against emulated services.

The emulated time goes on with the requests, so that what is shown does not depend on how fast the
machine is. What a console block shows must come, line by line: `…` stands for anything within a line,
and alone for any lines; times, dates and GUIDs may differ. A command must succeed, unless the next one
is `echo $?`.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import certifi
import pytest
from attrs import define, field, frozen
from markdown_it import MarkdownIt

import golive
from conftest import PATIENCE, ROOT, VirtualClock
from golive.emulator import TOKEN, Emulator

SERVICE = "https://cloudpartner.azure.com"

#: Where documents have their own emulator listen; a test takes any port that is free.
LISTENING = "http://127.0.0.1:8080"


def by_requests(kind: Callable[..., Any], **options: Any) -> Any:
    """Make an emulator whose time goes on with each request, whatever speed is asked for.

    A go-live takes two dozen. With every second one it is six hours, else five minutes: as with the real
    service there are polls that see nothing new, and what was begun is in the list for the next command.
    """
    made: list[Any] = []

    def clock() -> float:
        requests: int = sum(each.app.counts["any"] for each in made)
        return 300.0 * requests + 6 * 3600.0 * (requests // 2)

    made.append(kind(**{**options, "speed": 1, "clock": clock}))
    return made[0]


#: The command as documents call it, but for what is the real service, for the emulated time, and for the
#: pauses: within the timeouts that are shown there are too few polls for an operation to end.
COMMAND = f"""\
from __future__ import annotations
import functools, os, sys
import golive, golive.cli.apis as apis, golive.cli.commands.offer as offer
import golive.emulator.server as server
from golive.cli.app import run
{inspect.getsource(by_requests)}
apis.portal.ENDPOINT = os.environ["DOCUMENTED_SERVICE"]
apis.ingestion.ENDPOINT = apis.portal.ENDPOINT + apis.ingestion.BASE
polling = golive.PollingPolicy(min_delay=0.05, max_delay=0.05)
apis.PollingPolicy = lambda **settings: polling
offer.EMULATED_INTERVAL = 0.05
server.Emulator = functools.partial(by_requests, server.Emulator)
sys.exit(run(sys.argv[1:]))
"""

_VARYING = (
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"), "GUID"),
    (re.compile(r"\d+ (?:d|h|min|s)\b(?: \d+ (?:h|min|s)\b)?"), "TIME"),
    # Columns are as wide as what stands in them.
    (re.compile(r"(?<=\S) {2,}"), "  "),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?"), "DATE"),
)


@frozen
class Block:
    """A block of code in a document.

    Attributes:
        language: What its fence says.
        code: Its text.
        line: Its first line in the document.
    """

    language: str
    code: str
    line: int


def blocks(path: Path) -> list[Block]:
    """Return the blocks of a document, but for the directives of Sphinx."""
    tokens = MarkdownIt().parse(path.read_text("utf-8"))
    fences = [t for t in tokens if t.type == "fence" and not t.info.startswith("{")]
    return [Block(t.info.strip(), t.content, (t.map or [0])[0] + 2) for t in fences]


def documents() -> list[Path]:
    """Return the documents of the project."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def scripts(node: Any) -> list[str]:
    """Return what a pipeline file runs."""
    if isinstance(node, dict):
        own = [v for k, v in node.items() if k in ("run", "script") and isinstance(v, str)]
        return own + [s for value in node.values() for s in scripts(value)]
    return [s for value in node for s in scripts(value)] if isinstance(node, list) else []


@define
class Runner:
    """Runs the blocks of one document.

    Attributes:
        folder: Where they run.
        path: The document.
        service: The emulated service that is taken for the real one, in the shell.
        url: Where that is.
    """

    folder: Path
    path: Path
    service: Emulator
    url: str
    _stack: ExitStack
    _names: dict[str, Any] = field(factory=dict)
    _shell: Any = None
    _listening: str | None = None

    def run(self, block: Block) -> None:
        """Run a block; an error says where it stands."""
        match block.language:
            case "python":
                self._python(block)
            case "console" | "sh":
                self._console(block)
            case "toml":
                self._settings(block)
            case "json":
                json.loads(block.code)
            case "text":
                pass
            case other:
                raise AssertionError(f"{self.path}:{block.line}: nobody runs {other!r}")

    def _python(self, block: Block) -> None:
        if file := re.match(r"# (\w+\.py)\n", block.code):
            (self.folder / file[1]).write_text(block.code, "utf-8")
        if "def test_" in block.code:
            name = file[1] if file else "test_shown.py"
            (self.folder / name).write_text(block.code, "utf-8")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name]
            outcome = subprocess.run(
                command,
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
            assert outcome.returncode == 0, outcome.stdout
            return
        code = block.code.replace(LISTENING, self._listening or LISTENING)
        # The lines keep their numbers, so that a traceback leads into the document.
        tree = compile(
            "\n" * (block.line - 1) + code, self.path, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        outcome = eval(tree, self._names)
        if outcome is not None:
            asyncio.run(outcome)

    def _settings(self, block: Block) -> None:
        if file := re.match(r"# (\w+\.toml)\n", block.code):
            # It is what a command is about.
            (self.folder / file[1]).write_text(block.code, "utf-8")
            return
        (self.folder / "settings.toml").write_text(block.code, "utf-8")
        command = "golive --config settings.toml config"
        assert self.ask(command)[1] == 0, f"{self.path}:{block.line}"

    def _console(self, block: Block) -> None:
        for command, shown, checked in _commands(block):
            where = f"{self.path}:{block.line}: {command}"
            if command.startswith("golive emulator"):
                out, code = self._serve(command), 0
            else:
                out, code = self.ask(command)
            assert code == 0 or checked, f"{where}\n{out}"
            if shown:
                assert _pattern(shown).fullmatch(_plain(out)), f"{where}\n{out}\n--- instead of\n{shown}"

    def _serve(self, command: str) -> str:
        """Serve an emulator for the rest of the document."""
        words = shlex.split(command.replace("--port 8080", "--port 0"))
        process = self._stack.enter_context(
            subprocess.Popen(
                [self.folder / "bin" / words[0], *words[1:]], stdout=subprocess.PIPE, text=True
            )
        )
        self._stack.callback(process.terminate)
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Try: "):
                break
        else:
            raise AssertionError(f"the emulator ended: {''.join(lines)}")
        self._listening = lines[0].split()[4].rstrip(",")
        return "".join(lines).replace(self._listening, LISTENING)

    def ask(self, command: str) -> tuple[str, int]:
        """Run a command in the document's shell, and return its output and its exit code."""
        if self._shell is None:
            self._shell = self._open()
        for shown, real in self._addresses():
            command = command.replace(f"{shown}/", f"{real}/").replace(f"={shown}", f"={real}")
            command = command.replace(f" {shown}", f" {real}")
        end = "--- the end"
        # `echo $?` is to show the code of the command before.
        self._shell.stdin.write(f"(exit $code); {command}\ncode=$?; echo; echo '{end}' $code\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(end):
                break
            lines.append(line)
        else:
            raise AssertionError(f"the shell ended: {''.join(lines)}")
        out = "".join(lines).removesuffix("\n")
        for shown, real in self._addresses():
            out = out.replace(real, shown)
        return out, int(line.rsplit(" ", 1)[1])

    def _addresses(self) -> list[tuple[str, str]]:
        listening = [(LISTENING, self._listening)] if self._listening else []
        return [*listening, (SERVICE, self.url)]

    def _open(self) -> subprocess.Popen[str]:
        names = ("PATH", "PYTHONPATH", "LANG", "TMPDIR")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        kept["PATH"] = os.pathsep.join([str(self.folder / "bin"), kept["PATH"]])
        variables = {
            "HOME": str(self.folder),
            "AZURE_TOKEN": TOKEN,
            "DOCUMENTED_SERVICE": self.url,
            "PYTHONIOENCODING": "utf-8",
        }
        shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=self.folder,
            env={**kept, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # Its end closes the input first, which ends the shell.
        self._stack.enter_context(shell)
        assert shell.stdin
        shell.stdin.write("code=0\n")
        return shell


@contextmanager
def runner(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """Prepare a folder, this process and an emulated service for the blocks of a document."""
    clock = VirtualClock()
    _emulate(Emulator(speed=1, clock=clock.monotonic), clock, monkeypatch)
    (folder / "bin").mkdir()
    for name, script in {
        "golive": f"#!{sys.executable}\n{COMMAND}",
        "az": f"#!/bin/sh\ntest \"$1 $2\" = 'account get-access-token' && echo {TOKEN}\n",
        "pip": f"#!{sys.executable}\n{_INSTALL}",
        "python": _PYTHON,
    }.items():
        (folder / "bin" / name).write_text(script, "utf-8")
        (folder / "bin" / name).chmod(0o755)
    (folder / "corporate-ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("AZURE_TOKEN", TOKEN)
    # One that a document makes itself, and serves.
    monkeypatch.setattr("golive.emulator.Emulator", partial(by_requests, Emulator))
    service: Emulator = by_requests(Emulator)
    with ExitStack() as stack:
        url = stack.enter_context(service.serve())
        monkeypatch.setenv("DOCUMENTED_SERVICE", url)
        yield Runner(folder, path, service, url, stack)


#: All tests are being run already.
_PYTHON = f"""\
#!/bin/sh
case "$*" in
    "-m pip "*) shift 2; exec pip "$@";;
    "-m pytest") exit 0;;
esac
exec {sys.executable} "$@"
"""

#: What documents install, this environment has; it is enough that golive has such extras.
_INSTALL = textwrap.dedent(
    """
    import importlib.metadata, re, sys
    assert sys.argv[1] == "install", sys.argv
    extras = importlib.metadata.metadata("golive").get_all("Provides-Extra")
    for wanted in re.findall(r"\\[(.*?)\\]", " ".join(sys.argv)):
        assert set(wanted.split(",")) <= set(extras), wanted
    """
)


def _emulate(emulator: Emulator, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clients of this process reach an emulator, with a credential of azure-identity's shape."""

    class Credential:
        def token(self, *scopes: str) -> Any:
            assert scopes in ((f"{SERVICE}/.default",), ("https://graph.microsoft.com/.default",))
            return types.SimpleNamespace(token=TOKEN, expires_on=int(clock.now()) + 3600)

    class DefaultAzureCredential(Credential):
        def get_token(self, *scopes: str, **options: Any) -> Any:
            return self.token(*scopes)

    class AsyncDefaultAzureCredential(Credential):
        async def get_token(self, *scopes: str, **options: Any) -> Any:
            return self.token(*scopes)

        async def __aenter__(self) -> Any:
            return self

        async def __aexit__(self, *error: object) -> None:
            pass

    for name, kind in {
        "azure.identity": DefaultAzureCredential,
        "azure.identity.aio": AsyncDefaultAzureCredential,
    }.items():
        module: Any = types.ModuleType(name)
        module.DefaultAzureCredential = kind
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr("time.sleep", clock.sleep)
    for name in (
        *("GoLiveClient", "AsyncGoLiveClient"),
        *("ProductIngestionClient", "AsyncProductIngestionClient"),
    ):
        kind = getattr(golive, name)

        def client(credential: Any, kind: Any = kind, **options: Any) -> Any:
            if "endpoint" in options:
                return kind(credential, clock=clock, **options)
            # A proxy, or a certificate, has been made by then; there is nothing behind it.
            options = {k: v for k, v in options.items() if k not in ("http_client", "transport")}
            return kind(credential, transport=emulator.transport(), clock=clock, **options)

        monkeypatch.setattr(golive, name, client)
    # What the recipes for workers import; anew, since it takes its clients from here.
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "workers"))
    monkeypatch.delitem(sys.modules, "steps", raising=False)


def _commands(block: Block) -> Iterator[tuple[str, str, bool]]:
    """Yield each command, what it is to show, and whether the next one looks at its exit code."""
    code = block.code.replace("\\\n", "")
    if block.language == "sh":
        yield code, "", False
        return
    parts = re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]
    for number, part in enumerate(parts):
        command, _, shown = part.partition("\n")
        following = parts[number + 1] if number + 1 < len(parts) else ""
        yield command, shown, following.startswith("echo $?")


def _plain(text: str) -> str:
    for varying, name in _VARYING:
        text = varying.sub(name, text)
    return text.rstrip("\n") + "\n"


def _pattern(shown: str) -> re.Pattern[str]:
    lines = []
    for line in _plain(shown).splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(re.escape(line).replace("…", ".*") + r" *\n")
    return re.compile("".join(lines))
