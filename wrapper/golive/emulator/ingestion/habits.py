"""What nobody knows of the Product Ingestion API, or sources disagree about, by name.

Without any habit the emulator does what the strongest source saw or, where none did, what is likeliest.
"""

from __future__ import annotations

from golive.emulator.words import Word

__all__ = ["IngestionHabit"]


class IngestionHabit(Word):
    """The names of the habits of the Product Ingestion API."""

    STRICT_VERSION = (
        "strict-version",
        "A request without `$version`, or with one that was retired, is refused (400).",
    )
    STRICT_BODY = (
        "strict-body",
        "A submission that has more fields than publishing takes is refused (400), an echoed one too.",
    )
    CONFIGURE_200 = "configure-200", "What starts a job is answered by 200, not 202."
    RUNNING_AT_ONCE = "running-at-once", "A job is `running` at once, and never `notStarted`."
    JOB_ID_UPPER = "job-id-upper", "A job has its id as `jobID`."
    CAPITAL_WORDS = "capital-words", "The words of jobs and submissions begin with a capital letter."
    RUNNING_RESULT = "running-result", "The result of a job that runs is `running`, not `pending`."
    REAL_JOB_END = "real-job-end", "A job that runs has a date as its `jobEnd`."
    NO_ERRORS_FIELD = "no-errors-field", "A job without errors has no field `errors`."
    NO_RESOURCE_URI = "no-resource-uri", "A job has no `resourceUri`."
    CONTRADICTORY_PAIRS = (
        "contradictory-pairs",
        "For five minutes, what succeeded says `completed` and `pending`, what failed `running`.",
    )
    OLD_SCHEMA_HOST = "old-schema-host", "Answers name their schemas at the host that was given up."
    SHORT_IDS = "short-ids", "The numbers of submissions have 14 digits, not 19."
    PREVIEW_STAYS = (
        "preview-stays",
        "A submission that goes live, or went, is listed in preview too, with the same id.",
    )
    CREATED_AT_PREVIEW = (
        "created-at-preview",
        "A live submission was `created` when it was published to preview, not when it went live.",
    )
    DRAFT_STATUS = "draft-status", "The draft is listed with a status and a result, too."
    REVERSED_LISTS = "reversed-lists", "Lists are in the opposite order."
    SYNC_CONFLICT = (
        "sync-conflict",
        "While a submission is in progress, another is refused at once (409); no job fails of it.",
    )
    SYNC_LOCKED = (
        "sync-locked",
        "While a submission is in progress, another is refused at once (423); no job fails of it.",
    )
    REPEAT_FAILS = "repeat-fails", "The job that takes live what is live already fails."
    REPEAT_RUNS = "repeat-runs", "The job that takes live what is live already does it all again."
    FAILED_GONE = (
        "failed-gone",
        "A submission that failed is not listed; one that failed to go live is in preview again.",
    )
    FAILED_RETURNS = (
        "failed-returns-to-preview",
        "A submission that failed to go live is listed as failed, and in preview again.",
    )
    CANCELLED_RETURNS = (
        "cancelled-returns-to-preview",
        "A canceled submission is not listed; one that was going live is in preview again.",
    )
    CANCELLED_GONE = (
        "cancelled-gone",
        "A canceled submission is not listed any more, not even in preview.",
    )
    CANCELLED_SAYS_CANCELLED = (
        "cancelled-says-cancelled",
        "The result of a canceled submission is `cancelled`, as its job's, not `failed`.",
    )
    NO_DURABLE_CANCEL = (
        "no-durable-cancel",
        "A job that was canceled says so, and its submission goes on to its end all the same.",
    )
    JOBS_FORGOTTEN = "jobs-forgotten", "A job is not there any more once it has ended (404)."
    JOBS_UNKNOWN = "jobs-unknown", "No job can be read (404), not even the one that was just started."
    SMALL_PAGES = "small-pages", "A page of a list has one entry, whatever was asked for."
    FOREIGN_NEXT_LINK = "foreign-next-link", "The link to the next page leads to another host."
    BARE_PRODUCT = "bare-product", "The one product that was asked for comes by itself, not in a list."


CONTRADICTIONS = (
    {IngestionHabit.SYNC_CONFLICT, IngestionHabit.SYNC_LOCKED},
    {IngestionHabit.REPEAT_FAILS, IngestionHabit.REPEAT_RUNS},
    {IngestionHabit.FAILED_GONE, IngestionHabit.FAILED_RETURNS},
    {IngestionHabit.CANCELLED_RETURNS, IngestionHabit.CANCELLED_GONE},
    {IngestionHabit.CANCELLED_RETURNS, IngestionHabit.CANCELLED_SAYS_CANCELLED},
    {IngestionHabit.CANCELLED_GONE, IngestionHabit.CANCELLED_SAYS_CANCELLED},
)
