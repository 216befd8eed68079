"""A go-live in Celery: `(take_down.s("contoso", "contoso-offer") | start.s()).delay()`."""

from __future__ import annotations

from typing import Any

from celery import Celery, Task

import steps

app = Celery("release")
# A task that dies with its worker is given to another one.
app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True)


@app.task
def take_down(publisher: str, offer: str) -> dict[str, Any]:
    """Take down what is known before anything is sent."""
    return steps.before(publisher, offer)


@app.task(bind=True, max_retries=None)
def start(self: Task, known: dict[str, Any]) -> None:
    """Begin, or adopt what an earlier try began."""
    known, point = steps.begin(known)
    if point is None:
        raise self.retry(args=(known,), countdown=60)
    follow.delay(point)


@app.task(bind=True, max_retries=None)
def follow(self: Task, point: dict[str, Any]) -> str:
    """Look once, and come again."""
    point, pause = steps.look(point)
    if pause is not None:
        raise self.retry(args=(point,), countdown=pause)
    return f"live: {point['operation_url']}"
