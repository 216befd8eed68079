"""What is set by flags, variables and the file, and what the command says of it and of tokens."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from conftest import COMMAND, MIGRATED
from golive.cli.exits import Exit
from golive.emulator import TOKEN, Emulator

FILE = 'publisher = "contoso"\ntimeout = "5d"\nallow-http = true\n'


def token(**claims: Any) -> str:
    """Return something with the shape of a JSON Web Token."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts), "signature"])


@pytest.fixture
def file(tmp_path: Path, command_environment: None) -> Path:
    path = tmp_path / "config" / "golive" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(FILE, "utf-8")
    return path


def settings(result: Any) -> dict[str, tuple[Any, str]]:
    (event,) = result.events
    return {row["name"]: (row["value"], row["source"]) for row in event["settings"]}


def test_nothing_set(golive: Any) -> None:
    assert settings(golive("config", "--json")) == {
        "api": ("go-live", "default"),
        "endpoint": ("https://cloudpartner.azure.com", "default"),
        "publisher": (None, "default"),
        "interval": (5.0, "default"),
        "timeout": (None, "default"),
        "allow-http": (False, "default"),
        "database": (None, "default"),
    }


def test_flags_come_before_variables_and_variables_before_the_file(
    golive: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings(golive("config", "--json")) | {"endpoint": 0, "interval": 0} == {
        "api": ("go-live", "default"),
        "endpoint": 0,
        "interval": 0,
        "publisher": ("contoso", str(file)),
        "timeout": (5 * 86_400.0, str(file)),
        "allow-http": (True, str(file)),
        "database": (None, "default"),
    }
    monkeypatch.setenv("GOLIVE_PUBLISHER", "fabrikam")
    assert settings(golive("config", "--json"))["publisher"] == ("fabrikam", "GOLIVE_PUBLISHER")
    flagged = golive("config", "--json", "--publisher", "adatum")
    assert settings(flagged)["publisher"] == ("adatum", "flag")


def test_the_file_counts_for_the_verbs(
    golive: Any, file: Path, service: tuple[Emulator, str], tmp_path: Path
) -> None:
    _, url = service
    assert golive("ready", MIGRATED, "--endpoint", url).code == 0
    other = tmp_path / "other.toml"
    other.write_text(f'publisher = "contoso"\nendpoint = "{url}"\n', "utf-8")
    assert golive("--config", str(other), "ready", MIGRATED).code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("publisher = contoso", "Cannot read the settings"),
        ('offer = "x"', "unknown setting 'offer'; choose from api, endpoint, publisher"),
        ("timeout = 5", 'timeout must be text in quotes, such as "1h"'),
        ('allow-http = "yes"', "allow-http must be true or false"),
        ('timeout = "soon"', "not a length of time"),
        ('azure_token = "x"', "is not allowed in the settings file. Set AZURE_TOKEN instead"),
    ],
)
def test_a_file_that_is_wrong(golive: Any, file: Path, text: str, told: str) -> None:
    file.write_text(text, "utf-8")
    result = golive("config")
    assert result.code == Exit.USAGE
    assert told in result.err


def test_a_file_that_is_named_must_be_there(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_CONFIG", "nowhere.toml")
    result = golive("config")
    assert result.code == Exit.USAGE
    assert "There is no file nowhere.toml" in result.err


def test_a_file_in_the_working_directory_is_not_read(
    golive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have come with somebody's repository, and would say where the token goes."""
    monkeypatch.chdir(tmp_path)
    for name in ("config.toml", "golive.toml", ".golive.toml"):
        (tmp_path / name).write_text('endpoint = "https://evil.example"', "utf-8")
    assert settings(golive("config", "--json"))["endpoint"][1] == "default"


@pytest.mark.parametrize("value", ["", "conf", "./conf", "~/conf", "."])
@pytest.mark.parametrize("variable", ["XDG_CONFIG_HOME", "HOME"])
def test_a_folder_that_is_not_absolute_is_nobodys(
    golive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The working directory may be somebody's repository (XDG Base Directory Specification)."""
    for below in ("golive", "conf/golive", "~/conf/golive", ".config/golive", "conf/.config/golive"):
        folder = tmp_path / "repository" / below
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text('endpoint = "https://evil.example"', "utf-8")
    monkeypatch.chdir(tmp_path / "repository")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(variable, value)
    assert settings(golive("config", "--json"))["endpoint"][1] == "default"


def test_the_folder_below_the_home(golive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".config" / "golive"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(FILE, "utf-8")
    assert settings(golive("config", "--json"))["publisher"][0] == "contoso"


@pytest.mark.parametrize("home", ["/dev/null", "a file", "/" + "x" * 5000])
def test_a_home_that_is_no_folder_means_no_settings(
    golive: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: tuple[Emulator, str],
    home: str,
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / home))
    result = golive("config")
    assert result.code == 0
    assert "(there is none)" in result.out
    started = golive("start", "contoso", MIGRATED, "--endpoint", service[1], "--no-wait")
    assert started.code == 0
    assert "cannot write" in started.err


def test_no_home_at_all(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> Any:
        raise KeyError(number)

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert "(no folder for settings)" in golive("config").out
    assert golive("config", "--json").events[0]["file"] == {"path": None, "found": False}


def test_a_file_with_a_byte_order_mark(golive: Any, file: Path) -> None:
    file.write_text(FILE, "utf-8-sig")
    assert settings(golive("config", "--json"))["publisher"] == ("contoso", str(file))


def test_a_tilde_that_no_shell_expanded(
    golive: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "ours.toml").write_text(FILE, "utf-8")
    (tmp_path / "~").mkdir()
    (tmp_path / "~" / "ours.toml").write_text('publisher = "evil"', "utf-8")
    monkeypatch.chdir(tmp_path)
    shown = settings(golive("--config", "~/ours.toml", "config", "--json"))
    assert shown["publisher"] == ("contoso", str(tmp_path / "ours.toml"))


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ('timeout = "soon"', ("start", "contoso", MIGRATED)),
        ('endpoint = "nonsense"', ("ready", "contoso", MIGRATED)),
        ('endpoint = "http://emulator"', ("ready", "contoso", MIGRATED)),
        ('endpoint = "nonsense"', ("config",)),
        ('publisher = ".."', ("ready", MIGRATED)),
        ('publisher = ".."', ("offers",)),
    ],
)
def test_a_setting_that_is_wrong_names_its_file(
    golive: Any, file: Path, text: str, arguments: tuple[str, ...]
) -> None:
    file.write_text(f"# of ours\n\n{text}\n", "utf-8")
    result = golive(*arguments)
    assert result.code == Exit.USAGE
    name = text.split()[0]
    assert (
        f"{file}, line 3: {name}: " in result.err or f"({name} is set in {file}, line 3.)" in result.err
    )


def test_a_variable_that_is_wrong_is_named(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOLIVE_ENDPOINT", "nonsense")
    result = golive("ready", "contoso", MIGRATED)
    assert result.code == Exit.USAGE
    assert "(endpoint is set in GOLIVE_ENDPOINT.)" in result.err


@pytest.mark.parametrize("value", ['"abc"', "'abc'", '\n"abc"\n', '{\n  "accessToken": "abc"\n}'])
def test_a_token_that_is_more_than_the_token(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    emulator, url = service
    monkeypatch.setenv("AZURE_TOKEN", value)
    result = golive("ready", "contoso", MIGRATED, "--endpoint", url)
    assert result.code == Exit.NOT_ALLOWED
    assert "--query accessToken -o tsv" in result.err
    assert "abc" not in result.err
    assert emulator.app.counts["any"] == 0
    assert "credential  none: AZURE_TOKEN holds" in golive("config").out


def test_space_around_a_token_is_no_part_of_it(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN", f" {TOKEN}\r\n")
    assert golive("ready", "contoso", MIGRATED, "--endpoint", service[1]).code == 0


def test_secrets_are_hidden(golive: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "AZURE_TOKEN", token(aud="https://cloudpartner.azure.com", exp=time.time() + 1830)
    )
    monkeypatch.setenv("AZURE_TENANT_ID", "a-tenant")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "s3cret")
    shown = golive("config")
    assert shown.code == 0
    assert "AZURE_TOKEN (hidden), for https://cloudpartner.azure.com, expires in 30 min" in shown.out
    assert "AZURE_TENANT_ID=a-tenant" in shown.out
    assert "AZURE_CLIENT_SECRET=(hidden)" in shown.out
    plain = shown.out + golive("config", "--json").out
    assert "s3cret" not in plain
    assert "signature" not in plain
    monkeypatch.setenv("AZURE_TOKEN", "no.json.token")
    assert "AZURE_TOKEN (hidden)\n" in golive("config").out


def test_where_tokens_come_from_without_the_variable(
    golive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_TOKEN")
    assert "azure-identity, since AZURE_TOKEN is not set" in golive("config").out
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "none: set AZURE_TOKEN, or pip install" in golive("config").out


def test_an_endpoint_that_is_none_is_said_by_config_too(golive: Any) -> None:
    result = golive("config", "--endpoint", "https://user:s3cret@host.example")
    assert result.code == Exit.USAGE
    assert "must not contain a user or password" in result.err
    assert "s3cret" not in result.err + result.out


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"exp": 0}, "expired "),
        ({"aud": "https://management.azure.com/"}, "(it must be for https://cloudpartner.azure.com)"),
        ({"aud": "https://cloudpartner.azure.com"}, "without it azure-identity is asked"),
        ([], "The token is the one in AZURE_TOKEN"),
    ],
)
def test_a_401_says_what_is_wrong_with_the_token(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch, claims: Any, told: str
) -> None:
    wrong = token(**claims) if claims else "wrong"
    monkeypatch.setenv("AZURE_TOKEN", wrong)
    result = golive("ready", "contoso", MIGRATED, "--endpoint", service[1])
    assert result.code == Exit.NOT_ALLOWED
    error, advice = result.err.splitlines()
    assert "missing, wrong or expired" in error
    assert told in advice
    assert wrong not in advice


def test_a_403_names_the_object_id(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator, url = service
    stranger = token(oid="00000000-1111-2222-3333-444444444444")
    emulator.market.tokens[stranger] = frozenset()
    monkeypatch.setenv("AZURE_TOKEN", stranger)
    result = golive("ready", "contoso", MIGRATED, "--endpoint", url)
    assert result.code == Exit.NOT_ALLOWED
    error, advice = result.err.splitlines()
    assert "has not been added to this publisher's account" in error
    assert "has the object id 00000000-1111-2222-3333-444444444444" in advice


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion(golive: Any, shell: str) -> None:
    result = golive("completion", shell)
    assert result.code == 0
    assert "_GOLIVE_COMPLETE" in result.out


def test_completion_in_powershell() -> None:
    """PowerShell gives the words in lines, and takes a kind, a value and a help text."""
    outcome = subprocess.run(
        COMMAND,
        env={
            **os.environ,
            "_GOLIVE_COMPLETE": "powershell_complete",
            "COMP_WORDS": "golive\nsub",
            "COMP_INCOMPLETE": "sub",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    kind, value, told = outcome.stdout.strip().split("\t")
    assert (kind, value) == ("plain", "submissions")
    assert told


@pytest.mark.parametrize(
    "arguments",
    [
        ("--json", "--endpoint", "{url}", "status", "contoso", MIGRATED),
        ("status", "--json", "--endpoint={url}", "contoso", MIGRATED),
        ("--endpoint={url}", "status", "contoso", MIGRATED, "--json"),
        ("--config", "{file}", "status", "contoso", MIGRATED),
        ("status", "--config", "{file}", "contoso", MIGRATED, "--json"),
    ],
)
def test_options_stand_on_either_side_of_the_verb(
    golive: Any, service: tuple[Emulator, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "other.toml"
    file.write_text(f'endpoint = "{service[1]}"\n', "utf-8")
    written = [each.format(url=service[1], file=file) for each in arguments]
    assert golive("start", "contoso", MIGRATED, "--endpoint", service[1], "--no-wait").code == Exit.OK
    assert golive(*written).code in (Exit.OK, Exit.NOT_FINISHED)


def test_verbose_shows_each_request_and_no_token(
    golive: Any, service: tuple[Emulator, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = service[1]
    result = golive("ready", "contoso", MIGRATED, "--endpoint", url, "-v")
    [line] = [each for each in result.err.splitlines() if "GET" in each]
    assert f"GET {url}/api/publishers/contoso/offers/{MIGRATED}/status: 200, correlation id " in line
    assert TOKEN not in result.err
    assert "GET" not in golive("ready", "contoso", MIGRATED, "--endpoint", url).err


def test_completion_completes() -> None:
    """As a shell would ask, in a process of its own."""
    outcome = subprocess.run(
        COMMAND,
        env={
            **os.environ,
            "_GOLIVE_COMPLETE": "bash_complete",
            "COMP_WORDS": "golive s",
            "COMP_CWORD": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.split() == ["plain,start", "plain,status", "plain,submissions"]


def test_nothing_optional_is_loaded_before_a_verb_needs_it(service: tuple[Emulator, str]) -> None:
    code = (
        "import sys; from golive.cli.app import run; code = run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", code, "status", "contoso", MIGRATED, "--endpoint", service[1]],
        env={**os.environ, "AZURE_TOKEN": "emulator"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(outcome.stderr.split())
    assert "golive.cli.commands.offer" in loaded
    # rich is loaded by httpx wherever it is installed.
    optional = {
        "azure",
        "starlette",
        "uvicorn",
        "schemathesis",
        "golive.cli.reports.page",
        "golive.cli.reports.table",
    }
    assert not loaded & optional
