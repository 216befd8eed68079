"""The machine around the command: files that are none, streams that fail, terminals, clocks."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import COMMAND, FAST, MIGRATED, NON_MIGRATED, by_requests
from golive import Offer, State
from golive.cli import elapsed
from golive.cli.exits import Exit
from golive.cli.files import write_file
from golive.cli.reports.json import JsonReport
from golive.cli.reports.plain import PlainReport
from golive.emulator import Emulator

pytestmark = pytest.mark.usefixtures("command_environment")

HOSTILE = "x\x1b]52;c;cHduZWQ=\x1b\\\u202ey\x7f\x9b2J"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old", "utf-8")
    link.symlink_to(real)
    write_file(link, "new")
    assert link.is_symlink()
    assert real.read_text("utf-8") == "new"
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "not yet")
    write_file(dangling, "new")
    assert dangling.is_symlink()
    assert (tmp_path / "not yet").read_text("utf-8") == "new"


def test_both_names_of_a_file_keep_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("something longer", "utf-8")
    other.hardlink_to(one)
    write_file(one, "new")
    assert other.read_text("utf-8") == "new"


def test_modes_are_kept_and_the_umask_is_heeded(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    old.chmod(0o640)
    umask = os.umask(0o027)
    try:
        write_file(old, "text")
        write_file(new, "text")
    finally:
        os.umask(umask)
    assert (mode(old), mode(new)) == (0o640, 0o640)
    old.chmod(0o604)
    write_file(old, "more")
    assert mode(old) == 0o604


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    write_file(pipe, "text" * 100_000)
    reader.join()
    assert read == ["text" * 100_000]
    assert pipe.is_fifo()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path, "text")


def test_a_device_is_written_to() -> None:
    write_file(Path("/dev/null"), "text")
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match="No space left"):
        write_file(Path("/dev/full"), "text")


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_takes_no_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    there = tmp_path / "there"
    there.write_text("something longer", "utf-8")
    opened = os.open

    def refusing(path: Any, flags: int, *more: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(code, os.strerror(code))
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", refusing)
    write_file(there, "new")
    assert there.read_text("utf-8") == "new"
    with pytest.raises(OSError, match=re.escape(os.strerror(code))):
        write_file(tmp_path / "new", "text")


@pytest.mark.parametrize("linked", [False, True], ids=["replaced", "written into"])
def test_a_full_disk_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, linked: bool
) -> None:
    there = tmp_path / "there"
    there.write_text("old", "utf-8")
    if linked:
        (tmp_path / "other name").hardlink_to(there)
    full = True

    def write(file: io.FileIO, data: bytes) -> None:
        nonlocal full
        file.write(data[: len(data) // 2] if full else data)
        if full:
            full = False
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("golive.cli.files._write", write)
    with pytest.raises(OSError, match="No space left"):
        write_file(there, "something longer")
    assert there.read_text("utf-8") == "old"
    assert not list(tmp_path.glob(".golive-*")), "nothing is left behind"


def test_a_report_on_the_standard_output(service: tuple[Emulator, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with out.open("w") as stream:
        names = ("report", "contoso", MIGRATED, "--endpoint", service[1])
        subprocess.run([*COMMAND, *names, "-o", "/dev/stdout"], stdout=stream, check=True)
    shown = out.read_text("utf-8")
    assert shown.startswith("<!DOCTYPE html>")
    assert shown.endswith("The report is in /dev/stdout.\n")


FULL = ("full", "closed", "unread")


@pytest.mark.parametrize("kind", FULL)
def test_a_standard_error_that_takes_nothing_ends_no_wait(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a warning of the outage to write, and then the end decides."""
    emulator = by_requests(faults=["500@poll:2-3"])
    with emulator.serve() as url:
        command = [*COMMAND, "start", "contoso", MIGRATED, "--endpoint", url, *FAST]
        if kind == "closed":
            command = ["sh", "-c", 'exec "$@" 2>&-', "sh", *command]
        ours, theirs = os.pipe()
        if kind == "unread":
            os.set_blocking(theirs, False)
            with contextlib.suppress(BlockingIOError):
                while os.write(theirs, b"x" * 4096):
                    pass
            os.set_blocking(theirs, True)
        with open("/dev/full", "w") as full:  # noqa: PTH123
            ended = subprocess.run(
                command, stdout=subprocess.PIPE, stderr=theirs if kind == "unread" else full, check=False
            )
        os.close(ours)
        os.close(theirs)
    assert ended.returncode == 0
    assert b"is live" in ended.stdout


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("completion", "bash"), ("config", "--json")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_an_output_that_is_lost_is_no_defect(
    arguments: tuple[str, ...], encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        ended = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == Exit.OUTPUT_LOST
    assert ended.stderr == "golive: cannot write the output (No space left on device).\n"
    ours, theirs = os.pipe()
    os.close(ours)
    ended = subprocess.run(
        [*COMMAND, *arguments], stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(theirs)
    assert ended.returncode == Exit.OUTPUT_LOST
    assert ended.stderr == "golive: cannot write the output (Broken pipe).\n"


def test_bad_usage_with_nowhere_to_say_so() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        assert subprocess.run([*COMMAND, "strat"], stderr=full, check=False).returncode == Exit.USAGE


def test_an_error_of_the_system_is_told_as_what_it_is(
    golive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*arguments: Any, **options: Any) -> Any:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/no/such/ca.pem")

    monkeypatch.setattr("golive.cli.apis.GoLiveClient", unreadable)
    result = golive("status", "contoso", MIGRATED)
    assert result.code == Exit.UNREACHABLE
    assert result.err == "golive: FileNotFoundError: No such file or directory: /no/such/ca.pem.\n"


def test_what_comes_from_outside_cannot_drive_a_terminal(
    capsys: pytest.CaptureFixture[str], service: tuple[Emulator, str]
) -> None:
    offer = Offer("contoso", HOSTILE, HOSTILE, HOSTILE, State.UNKNOWN, HOSTILE, 1, None, None)
    for report in (PlainReport(sys.stdout), JsonReport(sys.stdout)):
        report.offered((offer,))
        report.tell("other", [HOSTILE], word=HOSTILE)
        report.warn(HOSTILE)
        shown = capsys.readouterr()
        for line in (shown.out + shown.err).splitlines():
            assert line.isprintable()
    assert json.loads(shown.out.splitlines()[-1])["word"] == HOSTILE, "and nothing of it is lost"


@pytest.mark.parametrize(
    "arguments", [("contoso/contoso-offer",), ("contoso", MIGRATED), ("--json", "contoso/contoso-offer")]
)
def test_an_offer_may_be_written_as_golive_writes_it(
    golive: Any, service: tuple[Emulator, str], arguments: tuple[str, ...]
) -> None:
    endpoint = ("--endpoint", service[1])
    for verb in ("ready", "status", "submissions"):
        assert golive(verb, *arguments, *endpoint).code == 0
        assert golive(verb, *endpoint, *arguments).code == 0
    assert golive("ready", "contoso/x", "--publisher", "contoso").code == Exit.USAGE
    assert golive("ready", "contoso/a/b").code == Exit.USAGE


@pytest.mark.parametrize("module", ["golive", "golive.cli"])
def test_as_a_module(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("Usage: golive [OPTIONS] COMMAND")


def test_time_passes_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    began, real = elapsed.seconds(), time.time
    # The clock goes on; one that stood still would be behind the monotonic one by then.
    monkeypatch.setattr("time.time", lambda: real() + 3600)
    assert elapsed.seconds() - began >= 3599
    monkeypatch.setattr("time.time", lambda: real() - 3600)
    assert 0 <= elapsed.seconds() - began < 3599


def test_a_watch_ends_by_the_wall_clock(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, real = time.time(), time.sleep

    def asleep(seconds: float) -> None:
        nonlocal wall
        wall += 86_400
        real(0)

    monkeypatch.setattr("golive.cli.watching.time.sleep", asleep)
    monkeypatch.setattr("time.time", lambda: wall)
    assert (
        golive("watch", "contoso/contoso-draft", "--endpoint", service[1], "--timeout", "8h").code == 0
    )


@pytest.mark.parametrize("offer", [MIGRATED, NON_MIGRATED])
@pytest.mark.parametrize("habits", [(), ("publish-goes-on",)])
def test_the_address_in_the_list_knows_what_it_is(
    golive: Any, offer: str, habits: tuple[str, ...]
) -> None:
    emulator = by_requests(habits=habits)
    with emulator.serve() as url:
        names = (f"contoso/{offer}", "--endpoint", url)
        (token,) = golive("submissions", *names, "-q").out.splitlines()
        assert token.endswith("#publish")
        assert golive("wait", token, *FAST).code == 0, "it is in preview, and waiting for that is over"
        (event,) = golive("submissions", *names, "--json").events
        assert (event["operation_url"], event["ref"]) == (token, token.partition("#")[0])
        assert token in golive("submissions", *names).out
        assert golive("start", *names, *FAST).code == 0
        # The list is late.
        assert golive("ready", *names).code == Exit.NOT_FINISHED
        live, publish = golive("submissions", *names, "-q").out.splitlines()
        assert ("#" in live, publish) == (False, token)


@pytest.mark.parametrize("habits", [(), ("publish-goes-on",)])
def test_in_preview_is_the_same_whether_the_publish_ended_or_goes_on(
    golive: Any, habits: tuple[str, ...]
) -> None:
    emulator = by_requests(habits=habits)
    with emulator.serve() as url:
        names = ("contoso/contoso-draft", "--endpoint", url)
        published = golive("publish", *names, "--wait", *FAST)
        assert published.code == 0
        told = "contoso/contoso-draft is in preview and waits for its publisher (waited"
        assert published.out.splitlines()[-1].startswith(told)
        status = golive("status", *names)
        assert status.code == 0
        assert (
            status.out.splitlines()[0] == "contoso/contoso-draft: in preview, ready to go live (publish)"
        )
        assert golive("ready", *names).code == 0


def test_offers(golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = ("--endpoint", service[1])
    table = golive("offers", "contoso", *endpoint)
    assert table.code == 0
    head, *rows = table.out.splitlines()
    assert head.split() == ["offer", "type", "status", "version", "changed", "name"]
    assert [row.split()[0] for row in rows] == [MIGRATED, NON_MIGRATED, "contoso-draft"]
    assert len({row.index(" microsoft") for row in rows}) == 1, "the columns are aligned"
    monkeypatch.setenv("GOLIVE_PUBLISHER", "contoso")
    quiet = golive("offers", "-q", *endpoint)
    assert quiet.out.splitlines() == [MIGRATED, NON_MIGRATED, "contoso-draft"]
    events = golive("offers", "--json", *endpoint).events
    assert {event["event"] for event in events} == {"listed-offer"}
    assert [event["offer"] for event in events] == quiet.out.splitlines()
    assert golive("offers", "fabrikam", *endpoint).code == Exit.NOT_FOUND
    monkeypatch.delenv("GOLIVE_PUBLISHER")
    assert golive("offers", *endpoint).code == Exit.USAGE
