"""A page about an operation: one file, which needs no network and no script.

The page is a tree of elements, so whatever text the service sends ends up as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

from golive import State, Step, SubmissionRef, __version__
from golive.cli.files import write_file
from golive.cli.history import History
from golive.cli.reports.words import describe, outcome, worded
from golive.durations import spoken
from golive.status import all_messages, progress
from golive.text import printable
from golive.vocabulary import same_word

__all__ = ["render", "write"]

#: Nothing but its own style is let in, should a browser ever see more in the page than text.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

#: The shortest share of the time that a bar shows, in percent, lest it vanishes.
THINNEST = 0.6


def write(path: Path, history: History) -> None:
    """Write the page, all of it or nothing; see `write_file` for what is there already.

    Args:
        path: The file.
        history: What was seen of the operation.

    Raises:
        OSError: It cannot be written.
    """
    write_file(path, render(history))


def render(history: History) -> str:
    """Return the page, as HTML.

    Args:
        history: What was seen of the operation.
    """
    title = f"{history.name}: {history.operation.kind} {describe(history.status)}"
    style = resources.files("golive.cli.reports").joinpath("page.css").read_text("utf-8")
    page = _element(
        "html",
        _element(
            "head",
            _element("meta", charset="utf-8"),
            _element("meta", **{"http-equiv": "Content-Security-Policy", "content": POLICY}),
            _element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _element("meta", name="color-scheme", content="light dark"),
            _element("title", title),
            _element("style", style),
        ),
        _element("body", _element("main", *_parts(history))),
        lang="en",
    )
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


def _parts(history: History) -> Iterator[ElementTree.Element]:
    state = history.status.state
    yield _element(
        "header",
        _element("p", str(history.operation.kind), class_="kind"),
        _element("h1", history.name),
        _element("p", _told(history), class_=f"outcome {_css(state)}"),
    )
    yield _element("dl", *_facts(history), class_="facts")
    if history.status.steps:
        yield _element("h2", "Steps")
        yield _element("ol", *(_row(history, step) for step in history.status.steps), class_="steps")
        yield _element("p", _caption(history), class_="caption")
    if said := all_messages(history.status):
        yield _element("h2", "Messages")
        yield _element(
            "ul",
            *(
                _element(
                    "li",
                    _element("span", message.level, class_="level"),
                    _element("span", message.text, class_="text"),
                    *([_moment(message.timestamp)] if message.timestamp else []),
                    class_=message.level if message.level in ("error", "warning") else "information",
                )
                for message in said
            ),
            class_="messages",
        )
    yield _element("footer", f"Written by golive {__version__}.")


def _told(history: History) -> str:
    status = history.status
    if history.operation.done and status.state not in (State.FAILED, State.CANCELED):
        return f"{history.name} {outcome(history)}."
    step = status.current_step
    where = f" in the step {step.name}" if step else ""
    told = f"{describe(status)}{where}"
    errors = [each.text for each in all_messages(status) if same_word(each.level, "error")]
    reasons = [reason.rstrip(". ") for reason in (status.error or "", *errors)]
    if reason := "; ".join(dict.fromkeys(filter(None, reasons))):
        told += f": {reason}"
    return told[:1].upper() + told[1:].rstrip(".") + "."


def _facts(history: History) -> Iterator[ElementTree.Element]:
    status, operation = history.status, history.operation
    moments = [
        ("Accepted", status.created),
        ("Last moved", status.last_action),
        ("Last looked at", history.seen_at),
    ]
    texts = [
        ("Operation", operation.continuation_token()),
        ("Followed for", spoken(history.covered) if _has_times(history) else None),
        ("Version of the offer", status.offer_version),
        ("Version of the publication", status.publishing_version),
        ("Submission", status.id),
        ("Job", ref.job if isinstance(ref := operation.ref, SubmissionRef) else None),
    ]
    for name, moment in moments:
        if moment is not None:
            yield _element("dt", name)
            yield _element("dd", _moment(moment))
    for name, text in texts:
        if text is not None:
            yield _element("dt", name)
            yield _element("dd", str(text))


def _row(history: History, step: Step) -> ElementTree.Element:
    state = worded(step)
    if not step.state.is_terminal and step.percent is not None:
        state += f", {step.percent} %"
    spent = _spent(history, step)
    notes = [text for text in (step.description, step.estimate and f"Estimate: {step.estimate}") if text]
    return _element(
        "li",
        _element("span", step.name, class_="name"),
        _element("span", f"{state}{', ' if spent else ''}{spent}", class_="state"),
        _bar(history, step),
        _element("span", " · ".join(notes), class_="notes"),
        class_=_css(step.state),
    )


def _bar(history: History, step: Step) -> ElementTree.Element:
    """Draw when the step took place, or how much of it is done if that was not seen."""
    left, width, kind = 0.0, float(progress(step)), "bar"
    if _has_times(history):
        span = history.spans.get(step.id)
        whole = history.covered
        if span is None or (span.began is None and span.ended is None and step.state.is_terminal):
            # It was over before: the whole of it is done, and none of the time was its.
            width, kind = (100.0, "bar before") if step.state is State.SUCCEEDED else (0.0, kind)
        else:
            left = 100 * (span.began or 0.0) / whole
            width = 100 * (whole if span.ended is None else span.ended) / whole - left
            width = max(width, THINNEST)
            left = min(left, 100 - width)
    return _element(
        "svg",
        _element("rect", class_="track", width="100", height="10"),
        _element("rect", class_=kind, x=f"{left:.2f}", width=f"{width:.2f}", height="10"),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        **{"aria-hidden": "true"},
    )


def _caption(history: History) -> str:
    if not _has_times(history):
        return "The bars show how much of each step is done; when that was, the service does not tell."
    began = history.seen_at - timedelta(seconds=history.covered)
    return (
        f"The bars show when each step was seen to be under way, from {_utc(began)} to"
        f" {_utc(history.seen_at)}. A pale one was over before; a step without one has not begun."
    )


def _spent(history: History, step: Step) -> str:
    spent = history.spent(step, history.covered)
    if spent is None or not _has_times(history):
        return ""
    seconds, whole = spent
    return f"{'' if whole else 'more than '}{spoken(seconds)}"


def _has_times(history: History) -> bool:
    return history.snapshots > 1 and history.covered > 0


def _moment(moment: datetime) -> ElementTree.Element:
    return _element("time", _utc(moment), datetime=moment.astimezone(UTC).isoformat())


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _css(state: State) -> str:
    return state.value.replace(" ", "-")


def _element(tag: str, *children: ElementTree.Element | str, **attributes: str) -> ElementTree.Element:
    """Return an element; what is text stays text."""
    element = ElementTree.Element(tag, {k.rstrip("_"): printable(v) for k, v in attributes.items()})
    for child in children:
        if isinstance(child, str):
            # The one text with line breaks is the style, which is ours.
            element.text = child if tag == "style" else printable(child)
        else:
            element.append(child)
    return element
