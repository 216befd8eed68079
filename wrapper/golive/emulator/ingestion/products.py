"""The market behind the emulated Product Ingestion API: products, their submissions, jobs; no HTTP.

As in the first API's market, where something stands is computed from when it was begun.

A `Run` is a submission on its way to a target; a `Job` is what a client's request started, which is a
run or the refusal of one. A run that a person began in Partner Center has no job.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field, frozen

from golive.emulator.ground import DAY, LIST_DELAY, MINUTE, Refused, Timed
from golive.emulator.ingestion.habits import IngestionHabit
from golive.emulator.words import Word

__all__ = [
    "Job",
    "Product",
    "ProductBegins",
    "ProductMarket",
    "ProductScenario",
    "Run",
    "default_products",
]

#: How long a publish to preview takes, and a go-live, in the market's time. Clients saw half an hour to
#: four days of the first; of the second nobody told.
PREVIEW_TIME = DAY
LIVE_TIME = 3 * DAY

#: How long a job has not begun yet, and how long it takes to find out that it cannot do its work.
START_TIME = MINUTE
CHECK_TIME = 2 * MINUTE

#: How long the words about what has ended contradict each other, where they do.
CONTRADICTION_TIME = 5 * MINUTE

SCHEMAS = "https://schema.mp.microsoft.com/schema"
OLD_SCHEMAS = "https://product-ingestion.azureedge.net/schema"

#: The version of the resources in answers, unless they have one of their own.
RESOURCE_VERSION = "2022-03-01-preview2"

#: Where the service says that a job is: another host than the one that was asked.
RESOURCES = "https://product-ingestion.mp.microsoft.com"

_FIRST_NUMBER = 1_152_921_505_690_000_017
_NOT_YET = "0001-01-01T00:00:00"


class ProductScenario(Word):
    """How the submissions of a product end."""

    SUCCEED = "succeed", "They succeed."
    FAIL = "fail", "They fail in certification."
    CANCEL = "cancel", "Somebody else cancels them half-way."
    HANG = "hang", "They never end."
    TOO_LATE = "cancel-too-late", "They succeed, and it is always too late to cancel them."


class ProductBegins(Word):
    """Where a product stands at first."""

    DRAFT = "draft", "It was never published."
    PREVIEW = "preview", "A version is in preview; it was never live."
    LIVE = "live", "A version is live; the draft was changed since, and nothing newer is in preview."
    UPDATE = "update", "A version is live, and a newer one in preview."
    DEPRECATED = "deprecated", "A version is live and deprecated, and a newer one in preview."


@frozen
class Content:
    """What a product consists of, in one version.

    Attributes:
        title: Its title.
        summary: Its summary.
        plans: The images of its plans: for each plan the versions.
    """

    title: str
    summary: str
    plans: Mapping[str, tuple[str, ...]]


@define(eq=False)
class Run:
    """A submission on its way to a target, or there.

    Attributes:
        product: The product.
        number: The number of the submission.
        target: `preview` or `live`.
        accepted: When it was begun, in the market's seconds.
        scenario: How it ends.
        content: What it publishes.
        dated: The date of its beginning, in seconds since the market was opened.
        listed: From when on it is in the list of submissions.
        lifecycle: What it makes of the product.
        canceled: When it was canceled.
    """

    product: Product = field(repr=False)
    number: str
    target: str
    accepted: float
    scenario: ProductScenario
    content: Content = field(repr=False)
    dated: float
    listed: float
    lifecycle: str = "generallyAvailable"
    canceled: float | None = None

    @property
    def id(self) -> str:
        """The durable id of the submission."""
        return f"submission/{self.product.guid}/{self.number}"

    @property
    def end(self) -> tuple[float, str]:
        """When it ends, and how."""
        length = PREVIEW_TIME if self.target == "preview" else LIVE_TIME
        match self.scenario:
            case ProductScenario.FAIL:
                end, result = self.accepted + length / 2, "failed"
            case ProductScenario.CANCEL:
                end, result = self.accepted + length / 2, "cancelled"
            case ProductScenario.HANG:
                end, result = float("inf"), "pending"
            case _:
                end, result = self.accepted + length, "succeeded"
        if self.canceled is not None and self.canceled < end:
            return self.canceled, "cancelled"
        return end, result

    def outcome(self, now: float) -> tuple[str, str]:
        """Return its status and result at a moment."""
        end, result = self.end
        if now >= end:
            return "completed", result
        return ("running" if now >= self.accepted + START_TIME else "notStarted"), "pending"

    def result(self, now: float) -> str:
        """Return its result at a moment."""
        return self.outcome(now)[1]

    def runs(self, now: float) -> bool:
        """Tell whether it has not ended at a moment."""
        return now < self.end[0]

    def date(self, moment: float) -> float:
        """Return the date of one of its moments, in seconds since the market was opened."""
        return self.dated + moment - self.accepted


@define(eq=False)
class Job:
    """What a request started.

    Attributes:
        id: Its id.
        product: The product.
        target: The target that was asked for.
        accepted: When it was accepted, in the market's seconds.
        dated: The date of that, in seconds since the market was opened.
        run: What it runs; None if it does nothing.
        errors: Why it does nothing; none, if there is nothing to do.
        canceled: When it was canceled.
    """

    id: str
    product: Product = field(repr=False)
    target: str
    accepted: float
    dated: float
    run: Run | None = None
    errors: tuple[Mapping[str, Any], ...] = ()
    canceled: float | None = None

    @property
    def end(self) -> tuple[float, str]:
        """When it ends, and how."""
        if self.run is not None:
            end, result = self.run.end
        else:
            end, result = self.accepted + CHECK_TIME, "failed" if self.errors else "succeeded"
        if self.canceled is not None and self.canceled < end:
            return self.canceled, "cancelled"
        return end, result

    def outcome(self, now: float) -> tuple[str, str]:
        """Return its status and result at a moment."""
        end, result = self.end
        if now >= end:
            return "completed", result
        return ("running" if now >= self.accepted + START_TIME else "notStarted"), "pending"


def _guid(product: Product) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"product/{product.id}"))


@define(eq=False)
class Product:
    """A product, which is what an offer is called here.

    Attributes:
        id: Its external id: the id of the offer.
        guid: The GUID that the service knows it by; default one made from its id.
        scenario: How its submissions end.
        begins: Where it stands at first.
        type: Its type.
        runs: Its submissions, oldest first.
        draft: What is in its draft.
    """

    id: str
    guid: str = field(default="")
    scenario: ProductScenario = field(default=ProductScenario.SUCCEED, converter=ProductScenario)
    begins: ProductBegins = field(default=ProductBegins.UPDATE, converter=ProductBegins)
    type: str = "azureVirtualMachine"
    runs: list[Run] = field(factory=list, repr=False)
    draft: Content = field(init=False, repr=False)
    _numbers: int = field(init=False, default=0, repr=False)
    _edits: int = field(init=False, default=0, repr=False)

    def __attrs_post_init__(self) -> None:
        self.guid = self.guid or _guid(self)
        title = self.id.replace("-", " ").title()
        self.draft = Content(title, f"{title} for everybody.", {"standard": ("1.0.0",)})

    @property
    def durable_id(self) -> str:
        """Its durable id."""
        return f"product/{self.guid}"

    def running(self, now: float) -> Run | None:
        """Return what runs at a moment."""
        return next((run for run in reversed(self.runs) if run.runs(now)), None)

    def live(self, now: float) -> Run | None:
        """Return what is live at a moment."""
        return self._reached("live", now)

    def preview(self, now: float) -> Run | None:
        """Return what is in preview at a moment; what went live from there still is."""
        return self._reached("preview", now)

    def last_dated(self, now: float) -> float:
        """Return the date of the last thing that happened to it, in seconds since the opening."""
        moments = (run.date(run.accepted if run.runs(now) else run.end[0]) for run in self.runs)
        return max(moments, default=float("-inf"))

    def edit(self, title: str | None, summary: str | None, images: Mapping[str, str]) -> None:
        """Change the draft."""
        self._edits += 1
        plans = dict(self.draft.plans)
        for plan, version in images.items():
            plans[plan] = (*plans.get(plan, ()), version)
        if title is None and summary is None and not images:
            summary = f"{self.draft.title} for everybody, change {self._edits}."
        self.draft = Content(title or self.draft.title, summary or self.draft.summary, plans)

    def next_number(self, first: int) -> str:
        """Return the number of its next submission."""
        self._numbers += 1
        return str(first + 25 * (self._numbers - 1))

    def _reached(self, target: str, now: float) -> Run | None:
        return next(
            (r for r in reversed(self.runs) if r.target == target and r.outcome(now)[1] == "succeeded"),
            None,
        )


def default_products(*, scenario: ProductScenario = ProductScenario.SUCCEED) -> list[Product]:
    """Return the products that an emulator begins with."""
    return [
        Product("contoso-db", scenario=scenario, begins=ProductBegins.LIVE),
        Product("contoso-app", scenario=scenario, begins=ProductBegins.UPDATE),
        Product("contoso-new", scenario=scenario, begins=ProductBegins.PREVIEW),
        Product("contoso-draft", scenario=scenario, begins=ProductBegins.DRAFT),
        Product("contoso-gone", scenario=scenario, begins=ProductBegins.DEPRECATED),
    ]


def _error(
    code: str, message: str, *details: Mapping[str, Any], resource: str | None = None
) -> dict[str, Any]:
    about = {} if resource is None else {"resourceId": resource}
    return {**about, "code": code, "message": message, "details": list(details)}


@define(eq=False)
class ProductMarket(Timed):
    """Products, and what is published of them.

    Attributes:
        tokens: The tokens that are good, and whether they have access.
        habits: What it does otherwise than by default.
        list_delay: How late a new submission is in the list of its product, in the market's seconds.
        accepted: How many go-lives of each product and submission really began to run for a client.
        published: How many publishes to preview of each product did.
        deprecated: How many deprecations of each product did.
        jobs: What requests started, by id.
    """

    tokens: dict[str, bool] = field(factory=dict, repr=False)
    habits: frozenset[IngestionHabit] = frozenset()
    list_delay: float = LIST_DELAY
    accepted: Counter[tuple[str, str]] = field(factory=Counter)
    published: Counter[str] = field(factory=Counter)
    deprecated: Counter[str] = field(factory=Counter)
    jobs: dict[str, Job] = field(factory=dict, repr=False)
    _products: dict[str, Product] = field(init=False, factory=dict, repr=False)
    _guids: dict[str, Product] = field(init=False, factory=dict, repr=False)
    # The same every time, as far as a client does the same.
    _random: random.Random = field(init=False, factory=lambda: random.Random(1), repr=False)  # noqa: S311
    # Clients in this process may be many threads.
    _lock: threading.RLock = field(init=False, factory=threading.RLock, repr=False)

    def __iter__(self) -> Iterator[Product]:
        return iter(self._products.values())

    def add(self, product: Product) -> Product:
        """Add a product.

        Raises:
            ValueError: There is one with its id or GUID.
        """
        if product.id in self._products or product.guid in self._guids:
            raise ValueError(f"there are two products {product.id}")
        self._products[product.id] = product
        self._guids[product.guid] = product
        begins = product.begins
        if begins is ProductBegins.DRAFT:
            return product
        if begins is not ProductBegins.PREVIEW:
            first = self._settled(product, "preview", 40 * DAY)
            self._settled(product, "live", 36 * DAY, first.number)
            product.edit(None, None, {"standard": "1.1.0"})
        if begins is ProductBegins.DEPRECATED:
            product.runs[-1].lifecycle = "deprecated"
        if begins is not ProductBegins.LIVE:
            self._settled(product, "preview", 2 * DAY)
        return product

    def product(self, name: str) -> Product:
        """Return a product by its external id or its GUID.

        Raises:
            Refused: It does not exist.
        """
        found = self._products.get(name) or self._guids.get(name)
        if found is None:
            known = ", ".join(self._products)
            raise Refused(404, "notFound", f"There is no product {name}. The emulator has {known}.")
        return found

    def job(self, name: str) -> Job:
        """Return a job by its id.

        Raises:
            Refused: It does not exist, or not any more.
        """
        job = self.jobs.get(name.lower())
        habits = self.habits
        gone = job is not None and (
            IngestionHabit.JOBS_UNKNOWN in habits
            or (IngestionHabit.JOBS_FORGOTTEN in habits and job.end[0] <= self.now)
        )
        if job is None or gone:
            raise Refused(404, "notFound", f"There is no job {name}.")
        return job

    def publish(self, product: Product) -> Job:
        """Begin to publish the draft of a product to preview.

        Raises:
            Refused: A submission is in progress, and it is a habit to say so at once.
        """
        with self._lock:
            now = self.now
            running = product.running(now)
            if running is not None:
                return self._busy(product, "preview", running)
            self.published[product.id] += 1
            return self._job(product, "preview", run=self._begin(product, "preview", product.scenario))

    def go_live(self, product: Product, number: str | None, *, deprecate: bool = False) -> Job:
        """Begin to take a submission of a product live, or to deprecate the one that is.

        Raises:
            Refused: A submission is in progress, and it is a habit to say so at once.
        """
        with self._lock:
            now = self.now
            if number is None or not number.strip("0"):
                text = "Expected a submission id that isn't null or 0 since target type is Live"
                return self._job(product, "live", _error("badRequest", text))
            running = product.running(now)
            if running is not None:
                return self._busy(product, "live", running)
            return self._go_live(product, number, now, deprecate=deprecate)

    def cancel(self, job: Job) -> None:
        """Cancel a job, and with it what it runs.

        Raises:
            Refused: It has ended, or is too far along.
        """
        with self._lock:
            now = self.now
            if job.end[0] <= now:
                raise Refused(400, "badRequest", "Cannot cancel job, job has already completed.")
            if job.run is not None and job.run.scenario is ProductScenario.TOO_LATE:
                raise Refused(
                    400, "badRequest", "Cannot cancel job, its submission is already being published."
                )
            job.canceled = now
            if job.run is not None and IngestionHabit.NO_DURABLE_CANCEL not in self.habits:
                job.run.canceled = now

    def submission(self, product: Product, number: str) -> dict[str, Any]:
        """Return the body that tells of one submission of a product.

        Raises:
            Refused: It does not exist.
        """
        now = self.now
        if number == "0":
            return self._draft(product)
        listed = [r for r in self._entries(product, now, late=False) if r.number == number]
        # Where it stands in preview and live, what it is going to be says more.
        found = next((r for r in listed if r.target == "live"), listed[0] if listed else None)
        if found is None:
            known = [r for r in product.runs if r.number == number and self._is_shown(r, now)]
            if not known:
                raise Refused(
                    404, "notFound", f"There is no submission {number} of the product {product.id}."
                )
            found = known[-1]
        return self.describe(found)

    def submissions(self, product: Product, target: str | None) -> list[dict[str, Any]]:
        """Return the list of a product's submissions, or of those of a target."""
        entries = [self._draft(product), *map(self.describe, self._entries(product, self.now))]
        if IngestionHabit.REVERSED_LISTS in self.habits:
            entries.reverse()
        return [e for e in entries if target in (None, e["target"]["targetType"])]

    def describe(self, run: Run, target: str | None = None) -> dict[str, Any]:
        """Return the body that tells of a submission, as it stands in a target."""
        now = self.now
        status, result = self._contradicted(run.outcome(now), run.end[0], now)
        habits = self.habits
        if result == "cancelled" and IngestionHabit.CANCELLED_SAYS_CANCELLED not in habits:
            result = "failed"
        dated = run.dated
        if IngestionHabit.CREATED_AT_PREVIEW in habits:
            runs = run.product.runs
            dated = next(r.dated for r in runs if r.number == run.number and r.target == "preview")
        return {
            "$schema": self.schema("submission"),
            "id": run.id,
            "product": run.product.durable_id,
            "target": {"targetType": target or run.target},
            "lifecycleState": run.lifecycle,
            "status": self._word(status),
            "result": self._word(result),
            "created": self._timestamp(dated),
        }

    def describe_job(self, job: Job) -> dict[str, Any]:
        """Return the body that tells where a job stands."""
        now = self.now
        habits = self.habits
        end = job.end[0]
        status, result = self._contradicted(job.outcome(now), end, now)
        if status == "notStarted" and IngestionHabit.RUNNING_AT_ONCE in habits:
            status = "running"
        if result == "pending" and status == "running" and IngestionHabit.RUNNING_RESULT in habits:
            result = "running"
        ended = end <= now
        if ended:
            moment = self._timestamp(job.dated + end - job.accepted)
        elif IngestionHabit.REAL_JOB_END in habits and status == "running":
            moment = self._timestamp(job.dated + now - job.accepted)
        else:
            moment = _NOT_YET
        body: dict[str, Any] = {
            "$schema": self.schema("configure-status"),
            "jobID" if IngestionHabit.JOB_ID_UPPER in habits else "jobId": job.id,
            "jobStatus": self._word(status),
            "jobResult": self._word(result),
            "jobStart": self._timestamp(job.dated),
            "jobEnd": moment,
        }
        if IngestionHabit.NO_RESOURCE_URI not in habits:
            body["resourceUri"] = f"{RESOURCES}/configure/{job.id}"
        errors = self._errors(job) if ended and job.end[1] == "failed" else []
        if errors or IngestionHabit.NO_ERRORS_FIELD not in habits:
            body["errors"] = errors
        return body

    def describe_detail(self, job: Job) -> dict[str, Any]:
        """Return the body that tells what a job completed.

        Raises:
            Refused: It has not ended, or failed.
        """
        end, result = job.end
        if end > self.now or result == "failed":
            raise Refused(404, "notFound", f"There is no detail of the job {job.id}.")
        done = []
        if result == "succeeded":
            live = job.product.live(self.now)
            run = job.run or live
            done = [] if run is None else [self.describe(run)]
        return {"$schema": self.schema("configure-detail"), "resources": done}

    def describe_product(self, product: Product) -> dict[str, Any]:
        """Return the body that tells of a product."""
        live = product.live(self.now)
        return {
            "$schema": self.schema("product"),
            "id": product.durable_id,
            "identity": {"externalId": product.id},
            "type": product.type,
            "alias": product.draft.title,
            "lifecycleState": "generallyAvailable" if live is None else live.lifecycle,
        }

    def tree(self, product: Product, target: str) -> dict[str, Any]:
        """Return all of a product, as a target holds it; in no order, with links that differ every time.

        Raises:
            Refused: The target holds nothing.
        """
        now = self.now
        run = {"preview": product.preview, "live": product.live}.get(target, lambda _: None)(now)
        if run is None and target != "draft":
            raise Refused(404, "notFound", f"The product {product.id} has nothing in {target}.")
        content = product.draft if run is None else run.content
        submission = self._draft(product) if run is None else self.describe(run, target)
        product_body = {**self.describe_product(product), "alias": content.title}
        resources = [product_body, submission, *self._resources(product, content)]
        with self._lock:
            self._random.shuffle(resources)
        return {
            "$schema": self.schema("resource-tree"),
            "root": product.durable_id,
            "target": {"targetType": target},
            "resources": resources,
        }

    def portal_publish(self, offer_id: str) -> Run:
        """Have a person publish the draft of a product to preview, in Partner Center: without a job.

        Raises:
            ValueError: A submission is in progress.
        """
        with self._lock:
            product = self.product(offer_id)
            self._check_idle(product)
            return self._begin(product, "preview", product.scenario)

    def portal_go_live(self, offer_id: str) -> Run:
        """Have a person take what is in preview live, in Partner Center: without a job.

        Raises:
            ValueError: A submission is in progress, or none is in preview.
        """
        with self._lock:
            product = self.product(offer_id)
            self._check_idle(product)
            preview = self._latest(product, self.now)
            if preview is None or preview.result(self.now) != "succeeded":
                raise ValueError(f"{offer_id} has nothing in preview")
            return self._begin(product, "live", product.scenario, preview)

    def edit_draft(
        self,
        offer_id: str,
        *,
        title: str | None = None,
        summary: str | None = None,
        images: Mapping[str, str] | None = None,
    ) -> None:
        """Have a person change the draft of a product.

        Args:
            offer_id: The product.
            title: Its new title.
            summary: Its new summary; another one too if nothing else is changed.
            images: A version to add to the images of a plan, by plan; the plan is added if it is new.
        """
        with self._lock:
            self.product(offer_id).edit(title, summary, images or {})

    def schema(self, kind: str, version: str = RESOURCE_VERSION) -> str:
        """Return the address of a schema."""
        host = OLD_SCHEMAS if IngestionHabit.OLD_SCHEMA_HOST in self.habits else SCHEMAS
        return f"{host}/{kind}/{version}"

    def _go_live(self, product: Product, number: str, now: float, *, deprecate: bool) -> Job:
        resource = f"submission/{product.guid}/{number}"
        latest, live = self._latest(product, now), product.live(now)
        known = any(run.number == number for run in product.runs)
        is_live = live is not None and live.number == number
        if not known:
            text = f"The submission {number} does not exist."
            inner = _error("resourceNotFound", text)
            return self._job(product, "live", _error("notFound", text, inner, resource=resource))
        if deprecate:
            if live is None or not is_live:
                text = "Only a submission that is live can be deprecated."
                inner = _error("invalidState", text)
                return self._job(product, "live", _error("badRequest", text, inner, resource=resource))
            self.deprecated[product.id] += 1
            run = self._begin(product, "live", product.scenario, live)
            run.lifecycle = "deprecated"
            return self._job(product, "live", run=run)
        if latest is None or latest.number != number:
            text = "The submission cannot be pushed to live as its not the latest submission."
            return self._job(product, "live", _error("conflict", text, resource=resource))
        if latest.result(now) != "succeeded":
            text = "The submission is not in preview."
            inner = _error("invalidState", text)
            return self._job(product, "live", _error("badRequest", text, inner, resource=resource))
        if is_live and IngestionHabit.REPEAT_RUNS not in self.habits:
            if IngestionHabit.REPEAT_FAILS not in self.habits:
                return self._job(product, "live")
            text = "The submission is already live."
            inner = _error("invalidState", text)
            return self._job(product, "live", _error("conflict", text, inner, resource=resource))
        self.accepted[product.id, number] += 1
        return self._job(product, "live", run=self._begin(product, "live", product.scenario, latest))

    def _busy(self, product: Product, target: str, running: Run) -> Job:
        text = f"An In Progress submission {running.number} already exists."
        if IngestionHabit.SYNC_CONFLICT in self.habits:
            raise Refused(409, "conflict", text)
        if IngestionHabit.SYNC_LOCKED in self.habits:
            raise Refused(423, "locked", text, [{"code": "productLocked", "message": text}])
        inner = {"code": "invalidResource", "message": text}
        error = _error("internalServerError", text, inner, resource=running.id)
        return self._job(product, target, error)

    def _job(
        self, product: Product, target: str, *errors: Mapping[str, Any], run: Run | None = None
    ) -> Job:
        now = self.now
        dated = self._date(product, now) if run is None else run.dated
        job = Job(str(uuid.uuid4()), product, target, now, dated, run, errors)
        self.jobs[job.id] = job
        return job

    def _begin(
        self, product: Product, target: str, scenario: ProductScenario, of: Run | None = None
    ) -> Run:
        now = self.now
        number = self._next_number(product) if of is None else of.number
        content = product.draft if of is None else of.content
        dated = self._date(product, now)
        run = Run(product, number, target, now, scenario, content, dated, now + self.list_delay)
        product.runs.append(run)
        return run

    def _settled(self, product: Product, target: str, ago: float, number: str | None = None) -> Run:
        """Have something published before the market was opened."""
        now = self.now
        run = Run(
            product,
            number or self._next_number(product),
            target,
            now - ago,
            ProductScenario.SUCCEED,
            product.draft,
            now / self.speed - ago,
            float("-inf"),
        )
        product.runs.append(run)
        return run

    def _next_number(self, product: Product) -> str:
        place = list(self._products).index(product.id)
        first = _FIRST_NUMBER + 10_000 * place
        if IngestionHabit.SHORT_IDS in self.habits:
            first = first % 10**14
        return product.next_number(first)

    def _date(self, product: Product, now: float) -> float:
        return max(now / self.speed, product.last_dated(now))

    def _check_idle(self, product: Product) -> None:
        if product.running(self.now) is not None:
            raise ValueError(f"a submission of {product.id} is in progress")

    def _is_shown(self, run: Run, now: float) -> bool:
        result = run.result(now)
        habits = self.habits
        return not (
            (result == "failed" and IngestionHabit.FAILED_GONE in habits)
            or (
                result == "cancelled"
                and habits & {IngestionHabit.CANCELLED_RETURNS, IngestionHabit.CANCELLED_GONE}
            )
        )

    def _latest(self, product: Product, now: float) -> Run | None:
        """Return the latest submission to preview that counts."""
        previews = (r for r in reversed(product.runs) if r.target == "preview")
        return next((r for r in previews if self._is_shown(r, now)), None)

    def _entries(self, product: Product, now: float, *, late: bool = True) -> list[Run]:
        """Return what is listed besides the draft, as far as it is listed yet."""
        runs = [run for run in product.runs if run.listed <= now or not late]
        lives = [run for run in runs if run.target == "live"]
        shown = [run for run in runs if self._is_shown(run, now)]
        live = next((r for r in reversed(lives) if r.result(now) == "succeeded"), None)
        after = lives if live is None else lives[lives.index(live) + 1 :]
        later = next((r for r in reversed(after) if r in shown), None)
        if live is not None and later is not None and live.number == later.number:
            # One submission has one entry, be it that of a second try.
            live, later = (None, later) if later.runs(now) else (live, None)
        entries = [run for run in (live, later) if run is not None]
        preview = next((r for r in reversed(shown) if r.target == "preview"), None)
        if preview is not None and self._is_in_preview(preview, lives, now):
            entries.append(preview)
        return entries

    def _is_in_preview(self, preview: Run, lives: Iterable[Run], now: float) -> bool:
        """Tell whether a submission to preview is listed there, whatever became of it."""
        habits = self.habits
        going = [run for run in lives if run.number == preview.number]
        if not going or IngestionHabit.PREVIEW_STAYS in habits:
            return True
        if any(run.result(now) == "succeeded" for run in going):
            return False
        match going[-1].result(now):
            case "failed":
                return bool(habits & {IngestionHabit.FAILED_GONE, IngestionHabit.FAILED_RETURNS})
            case "cancelled":
                return IngestionHabit.CANCELLED_RETURNS in habits
        return False

    def _draft(self, product: Product) -> dict[str, Any]:
        body: dict[str, Any] = {
            "$schema": self.schema("submission"),
            "id": f"submission/{product.guid}/0",
            "product": product.durable_id,
            "target": {"targetType": "draft"},
            "lifecycleState": "generallyAvailable",
        }
        if IngestionHabit.DRAFT_STATUS in self.habits:
            body["status"], body["result"] = self._word("completed"), self._word("succeeded")
        return body

    def _errors(self, job: Job) -> list[Mapping[str, Any]]:
        if job.run is None:
            return list(job.errors)
        issue = {"code": "invalidState", "message": "Issues found during Certification."}
        certification = {"code": "invalidState", "message": "Certification", "details": [issue]}
        return [
            _error("internalServerError", "Operation failed", certification, resource=job.run.id),
        ]

    def _contradicted(self, outcome: tuple[str, str], end: float, now: float) -> tuple[str, str]:
        """Return a status and a result, which may contradict each other for a while."""
        if IngestionHabit.CONTRADICTORY_PAIRS not in self.habits or not end <= now < (
            end + CONTRADICTION_TIME
        ):
            return outcome
        return {
            "succeeded": ("completed", "pending"),
            "failed": ("running", "failed"),
        }.get(outcome[1], outcome)

    def _word(self, word: str) -> str:
        return word[0].upper() + word[1:] if IngestionHabit.CAPITAL_WORDS in self.habits else word

    def _resources(self, product: Product, content: Content) -> Iterator[dict[str, Any]]:
        """Yield what a product consists of; few of the fields that the service has."""
        guid, durable = product.guid, product.durable_id
        listing = f"listing/{guid}/public/main/default/en-us"
        yield {
            "$schema": self.schema("property"),
            "id": f"property/{guid}/public/main",
            "product": durable,
            "kind": "azureVM",
            "termsOfUse": "https://contoso.example/terms",
        }
        yield {
            "$schema": self.schema("listing"),
            "id": listing,
            "product": durable,
            "languageId": "en-us",
            "title": content.title,
            "searchResultSummary": content.summary,
        }
        yield {
            "$schema": self.schema("listing-asset"),
            "id": f"listing-asset/{guid}/public/main/default/en-us/azurelogolarge/1",
            "product": durable,
            "listing": listing,
            "type": "azureLogoLarge",
            "friendlyName": "logo.png",
            "url": self._signed(f"https://contoso.blob.core.windows.example/{guid}/logo.png"),
        }
        for name, versions in content.plans.items():
            plan = str(uuid.uuid5(uuid.NAMESPACE_URL, f"plan/{product.id}/{name}"))
            yield {
                "$schema": self.schema("plan"),
                "id": f"plan/{guid}/{plan}",
                "product": durable,
                "identity": {"externalId": name},
                "alias": name.title(),
                "azureRegions": ["azureGlobal"],
            }
            yield {
                "$schema": self.schema("virtual-machine-plan-technical-configuration"),
                "id": f"virtual-machine-plan-technical-configuration/{guid}/public/main/{plan}",
                "product": durable,
                "plan": f"plan/{guid}/{plan}",
                "vmImageVersions": [
                    {"versionNumber": version, "lifecycleState": "generallyAvailable"}
                    for version in versions
                ],
            }

    def _signed(self, address: str) -> str:
        with self._lock:
            signature = f"{self._random.getrandbits(256):064x}"
        return f"{address}?sv=2022-11-02&sr=b&sp=r&sig={signature}"
