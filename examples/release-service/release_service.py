"""A small service of one's own: it takes an offer live, and remembers where it was when it is restarted.

The database is a dict here; what matters is that the token is stored before anything is waited for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from datetime import timedelta

from golive import GoLiveClient, GoLiveError, OperationFailed


def release(client: GoLiveClient, publisher: str, offer: str, database: MutableMapping[str, str]) -> str:
    """Take an offer live, or go on with a go-live that was begun before. Return what to tell people."""
    token = database.get(offer)
    if token is None:
        operation = client.begin_go_live(publisher, offer)
        database[offer] = operation.continuation_token()
    else:
        operation = client.operation(token)
    try:
        operation.result(timeout=timedelta(days=10))
    except OperationFailed as error:
        return f"{offer} was rejected: {error}"
    finally:
        if operation.done:
            del database[offer]
    return f"{offer} is live"


def main() -> int:
    """Take the offer of the command line live, at the endpoint of the environment."""
    publisher, offer = sys.argv[1:]
    try:
        with GoLiveClient(os.environ["AZURE_TOKEN"], endpoint=os.environ["GOLIVE_ENDPOINT"]) as client:
            print(release(client, publisher, offer, {}))
    except GoLiveError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
