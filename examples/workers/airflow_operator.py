"""A deferrable operator for Airflow 3: a go-live of days holds no worker's slot.

`execute` begins the go-live in a worker and defers; the triggerer follows it, thousands in one process,
and survives its restarts by the checkpoint; `ended` tells what came of it. What is known before comes
from a task of its own: Airflow clears what a task noted when it tries the task again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, dag, task
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.triggers.base import BaseTrigger, TriggerEvent
from azure.identity import DefaultAzureCredential

from golive import (
    AsyncGoLiveClient,
    Baseline,
    Checkpoint,
    GoLiveClient,
    GoLiveError,
    OperationCanceled,
)


class GoLiveTrigger(BaseTrigger):
    """Follows an operation in the triggerer.

    Args:
        point: A checkpoint, as JSON knows it.
    """

    def __init__(self, point: dict[str, Any]) -> None:
        super().__init__()
        self.point = point

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Say how to make it again after a restart of the triggerer."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"point": self.point}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait until the operation is over, and tell what came of it, once."""
        async with AsyncGoLiveClient(DefaultAzureCredential()) as client:
            operation = client.operation(Checkpoint.from_dict(self.point))
            try:
                await operation.result()
            except GoLiveError as error:
                yield TriggerEvent({"error": error.to_dict()})
            else:
                yield TriggerEvent({"url": operation.continuation_token()})


class GoLiveOperator(BaseOperator):
    """Takes an offer live.

    A try after a crash adopts what the one before it began, running or ended. By the time of the next
    try, ten minutes later, that is surely listed.

    Args:
        baseline: What was known before, as `Baseline.to_dict` gives it, from another task.
        timeout: How long the go-live may take.
    """

    template_fields = ("baseline",)

    def __init__(
        self, *, baseline: Any, timeout: timedelta = timedelta(days=10), **options: Any
    ) -> None:
        super().__init__(**{"retries": 20, "retry_delay": timedelta(minutes=10), **options})
        self.baseline = baseline
        self.timeout = timeout

    def execute(self, context: Any) -> None:
        """Begin the go-live, or adopt it, and leave the wait to the triggerer."""
        known = Baseline.from_dict(self.baseline)
        with GoLiveClient(DefaultAzureCredential()) as client:
            operation = client.begin_go_live(known.publisher_id, known.offer_id, baseline=known)
        trigger = GoLiveTrigger(operation.checkpoint().to_dict())
        self.defer(trigger=trigger, method_name="ended", timeout=self.timeout)

    def ended(self, context: Any, event: dict[str, Any]) -> str:
        """Tell what came of it: the operation's URL, or why it is not live."""
        if "error" not in event:
            url: str = event["url"]
            return url
        error = GoLiveError.from_dict(event["error"])
        if isinstance(error, OperationCanceled):
            raise AirflowSkipException(str(error))
        # Another try would begin another go-live.
        raise AirflowFailException(str(error))


@dag(schedule=None, catchup=False)
def deferred_release(publisher: str = "contoso", offer: str = "contoso-offer") -> None:
    """Take an offer live."""

    @task(retries=5)
    def take_down(publisher: str, offer: str) -> dict[str, Any]:
        with GoLiveClient(DefaultAzureCredential()) as client:
            return client.baseline(publisher, offer).to_dict()

    GoLiveOperator(task_id="go_live", baseline=take_down(publisher, offer))


dag = deferred_release()
