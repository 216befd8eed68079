"""Write docs/seeded-violations.md: what was seeded into server and client, and who caught it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tests"), str(ROOT / "tests" / "helpers")]

import ingestion_violations  # noqa: E402
from ingestion_answers import INGESTION_ANSWERS  # noqa: E402
from portal_answers import PORTAL_ANSWERS  # noqa: E402
from tampering import TAMPERINGS  # noqa: E402
from violations import VIOLATIONS  # noqa: E402

SUITES = (PORTAL_ANSWERS, INGESTION_ANSWERS)

TABLE = ROOT / "docs" / "seeded-violations.md"

INTRODUCTION = """\
# Seeded violations

The tests are tested: each of these mistakes is made on purpose, and the suite that is to find it must do
so alone. One that nobody catches fails the test run (`tests/contract/test_seeded_violations.py` and
`test_seeded_ingestion.py` beside it). This page is written by `python tools/seeded_table.py`.
"""


def table() -> str:
    """Return the page."""
    server = "".join(f"| {v.name} | {v.what} | `{v.caught_by}` |\n" for v in VIOLATIONS)
    other = "".join(
        f"| {v.name} | {v.what} | `{v.caught_by}` |\n" for v in ingestion_violations.VIOLATIONS
    )
    clients = [[each for each in TAMPERINGS if each.suite is suite] for suite in SUITES]
    tables = ["".join(f"| {t.name} | {t.what} | `{t.caught_by}` |\n" for t in each) for each in clients]
    return (
        f"{INTRODUCTION}\n"
        f"## In the server: {len(VIOLATIONS)}\n\n"
        "Caught by the server-side suite (`golive contract`): a check of Schemathesis, or a rule of\n"
        "`golive.contract.rules`.\n\n"
        f"| violation | what the server does | caught by |\n|---|---|---|\n{server}\n"
        f"## In a server of Product Ingestion: {len(ingestion_violations.VIOLATIONS)}\n\n"
        "Caught by `golive contract --api product-ingestion`: a check of Schemathesis, or a rule of\n"
        "`golive.contract.ingestion`.\n\n"
        f"| violation | what the server does | caught by |\n|---|---|---|\n{other}\n"
        f"## In the client: {len(clients[0])}\n\n"
        "Caught by the client-side suite (`tests/helpers/answers_suite.py`): by answers drawn from the\n"
        "contract, and answers just outside it.\n\n"
        f"| violation | what the client does | caught by |\n|---|---|---|\n{tables[0]}\n"
        f"## In the client of Product Ingestion: {len(clients[1])}\n\n"
        "Caught by the same suite, by answers drawn from the other contract. What they decide is\n"
        "tampered with in `tests/client/test_ingestion_violations.py`.\n\n"
        f"| violation | what the client does | caught by |\n|---|---|---|\n{tables[1]}"
    )


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
