"""What downstream projects get: the plugin, the example project from the wheel, the pipeline files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from documents import scripts

pytest_plugins = ["pytester"]
# One process makes the environment that the wheel is installed in.
pytestmark = pytest.mark.xdist_group("wheel")

EXAMPLE = ROOT / "examples" / "release-service"
PIPELINES = ROOT / "examples" / "pipelines"


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("COV", "PYTEST", "PYTHON"))}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but the wheel and its extra `testing`."""
    home = tmp_path_factory.mktemp("downstream")
    venv.create(home / "venv", with_pip=True)
    python = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    outcome = run(
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("-c", ROOT / "constraints.txt", f"golive[testing] @ {wheel.as_uri()}"),
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return python


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example project, with nothing of this repository around it."""
    ignore = shutil.ignore_patterns("__pycache__", ".*_cache")
    return shutil.copytree(EXAMPLE, tmp_path / "project", ignore=ignore)


def test_the_example_project_is_green_from_the_wheel_alone(installed: Path, example: Path) -> None:
    outcome = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=example)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "8 passed" in outcome.stdout


@pytest.mark.parametrize(
    ("fault", "error"), [("404@poll:*", "NotFound"), ("other-id@poll:*", "UnexpectedAnswer")]
)
def test_the_example_project_is_red_when_the_server_breaks_the_contract(
    installed: Path, example: Path, fault: str, error: str
) -> None:
    arguments = ("-q", "-p", "no:cacheprovider", "--golive-fault", fault)
    outcome = run(installed, "-m", "pytest", *arguments, "-k", "goes_live", cwd=example)
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert error in outcome.stdout


def test_the_plugin_loads_nothing_until_a_fixture_is_used(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    assert 'pytest_golive' in sys.modules\n"
        "    assert 'golive' not in sys.modules\n",
        "utf-8",
    )
    outcome = run(installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("marker", "complaint"),
    [
        ("golive('fail')", "The marker golive takes names"),
        ("golive(scenario='explode')", "'explode' is not a scenario; choose from succeed"),
        ("golive(faults=['explode'])", "'explode' is no fault; there are"),
        ("golive(habits=['explode'])", "'explode' is no habit; there are"),
        ("golive(answer_delay={'explode': 1})", "'explode' is no kind of request; there are"),
        ("golive(sped=7)", "unexpected keyword argument 'sped'"),
    ],
)
def test_a_marker_that_is_wrong_says_why(pytester: pytest.Pytester, marker: str, complaint: str) -> None:
    pytester.makepyfile(
        f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(golive_client):\n    pass\n"
    )
    outcome = pytester.runpytest_inprocess("--no-cov")
    assert outcome.ret != 0
    assert complaint in outcome.stdout.str()


def test_the_assertions_tell_what_was_seen(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest
        from golive.testing import assert_not_begun, assert_product_went_live_once, assert_went_live_once

        OFFER = ("contoso", "contoso-offer")

        def test_it(golive_client, golive_emulator):
            assert_not_begun(golive_emulator, *OFFER)
            with pytest.raises(AssertionError, match="0 go-lives were accepted, not 1"):
                assert_went_live_once(golive_emulator, *OFFER)
            operation = golive_client.begin_go_live(*OFFER)
            with pytest.raises(AssertionError, match="is not live; its latest operation: running"):
                assert_went_live_once(golive_emulator, *OFFER)
            with pytest.raises(AssertionError, match="1 go-lives were accepted, not 0"):
                assert_not_begun(golive_emulator, *OFFER)
            operation.result()
            assert_went_live_once(golive_emulator, *OFFER)

        @pytest.mark.golive(habits=["completed-words", "publish-goes-on", "bare-steps", "all-publish"])
        def test_other_habits(golive_client, golive_emulator):
            golive_client.begin_go_live(*OFFER).result()
            assert_went_live_once(golive_emulator, *OFFER)

        def test_a_product(product_ingestion_client, golive_emulator):
            with pytest.raises(AssertionError, match="no go-lives were accepted, not 1"):
                assert_product_went_live_once(golive_emulator, "contoso-app")
            operation = product_ingestion_client.begin_go_live("contoso-app")
            with pytest.raises(AssertionError, match="is not live"):
                assert_product_went_live_once(golive_emulator, "contoso-app")
            operation.result()
            assert_product_went_live_once(golive_emulator, "contoso-app")

        def test_few_requests(golive_client, golive_emulator):
            golive_client.begin_go_live(*OFFER).result()
            assert golive_emulator.app.counts["any"] < 60

        @pytest.mark.golive(answer_delay={"golive": 290}, list_delay=150)
        def test_a_slow_service_takes_no_time(golive_client, golive_emulator, golive_clock):
            before = golive_clock.time
            golive_client.begin_go_live(*OFFER)
            assert golive_clock.time - before >= 290
            assert golive_emulator.accepted(*OFFER) == 1

        def test_dates_are_the_clocks(golive_client, golive_clock):
            status = golive_client.begin_go_live(*OFFER).refresh()
            assert abs(status.created.timestamp() - golive_clock.time) < 3600

        @pytest.mark.golive(speed=1e6)
        def test_over_a_socket(golive_server):
            from golive import GoLiveClient, PollingPolicy

            polling = PollingPolicy(min_delay=0.01)
            with GoLiveClient("emulator", endpoint=golive_server.url, polling=polling) as client:
                client.begin_go_live(*OFFER).result(timeout=60)
            assert_went_live_once(golive_server.emulator, *OFFER)

        def test_async(async_golive_client, golive_emulator):
            import asyncio

            async def main():
                await (await async_golive_client.begin_go_live(*OFFER)).result()

            asyncio.run(main())
            assert_went_live_once(golive_emulator, *OFFER)

        @pytest.mark.golive(faults=["drop-answer@configure"], habits=["capital-words"])
        def test_the_other_api(product_ingestion_client, golive_emulator):
            operation = product_ingestion_client.begin_go_live("contoso-app")
            number = operation.result().id
            assert dict(golive_emulator.accepted_submissions("contoso-app")) == {number: 1}

        def test_the_other_api_async(async_product_ingestion_client, golive_emulator):
            import asyncio

            async def main():
                await (await async_product_ingestion_client.begin_go_live("contoso-app")).result()

            asyncio.run(main())
            assert sum(golive_emulator.accepted_submissions("contoso-app").values()) == 1
        """
    )
    outcome = pytester.runpytest_inprocess("--no-cov")
    outcome.assert_outcomes(passed=10)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("github-actions.yml", ("--builtin-schema", "vendor.github-workflows")),
        (
            "azure-pipelines.yml",
            (
                *("--builtin-schema", "vendor.azure-pipelines"),
                *("--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"),
            ),
        ),
    ],
)
def test_the_pipeline_files_are_such(kind: str, options: tuple[str, ...]) -> None:
    files = PIPELINES.glob(f"*{kind}")
    outcome = run(sys.executable, "-m", "check_jsonschema", *options, *files)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("path", sorted(PIPELINES.glob("contract.*")), ids=lambda path: path.name)
def test_what_the_contract_pipelines_run_exists(path: Path) -> None:
    sessions = (ROOT / "noxfile.py").read_text("utf-8")
    for script in scripts(yaml.safe_load(path.read_text("utf-8"))):
        if script.startswith("nox -s "):
            name = script.split()[2]
            assert f'name="{name}"' in sessions or f"def {name}(" in sessions
        if script.startswith("golive "):
            words = script.split()
            known = run(sys.executable, "-m", "golive.cli", words[1], "--help").stdout
            assert all(word in known for word in words if word.startswith("--"))
