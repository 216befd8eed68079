"""Text from outside: printable wherever it goes, and read in time that grows with its length only."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golive import Message
from golive.text import explanation, one_line, plain_text, printable

#: Any character, lone surrogates too: JSON can write them.
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<",
                ">",
                "<a ",
                "<b>",
                "</b>",
                "</",
                "<!--",
                "-->",
                "<!",
                "<![",
                "]]>",
                "<?",
                "&",
                "&lt;",
            ),
            *("&#x1b;", "&#", ";", "=", '="', "='", '"', "'", " ", "word", "\n", "\x1b[2J"),
            *("<script>", "</script>", "<style>", "<p>", "<br/>"),
        ]
    )
).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("a <b>bold</b>&nbsp;word", "a bold word"),
        ("one<br/>two<p>three</p>four", "one two three four"),
        ("<div>a</div><div>b</div><ul><li>c<li>d</ul><tr><td>e<td>f<tr>g", "a b c d e f g"),
        ("a<b>c</b><i>d</i>", "acd"),
        ("<style>p { color: red }</style>safe", "safe"),
        ("<script>if (a <b) c</script>safe<br>and <script>", "safe and"),
        ("<SCRIPT type='x'>alert(1)</scriptx></Script >safe", "safe"),
        ("<scripture>shown", "shown"),
        ("&lt;script&gt;", "<script>"),
        (
            "caf&eacute; &#x41;&#66; &unknown; AT&T",
            "caf\N{LATIN SMALL LETTER E WITH ACUTE} AB &unknown; AT&T",
        ),
        ("&#99999999999;&#x1b;[2J", "\N{REPLACEMENT CHARACTER}[2J"),
        ("a\n\tb", "a b"),
        ("\x1b[31mred\x07", "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}"),
        ("<b>open", "open"),
        ("</script>x", "x"),
        ("", ""),
        ("1 < 2 > 0 <3", "1 < 2 > 0 <3"),
        ("ends in <", "ends in <"),
        ("never <closed", "never <closed"),
        ("shown <a href='> and lost", "shown and lost"),
        ('<a title="a > b">link</a>', "link"),
        ('<a title=">link</a> and <b>more</b>', "link and more"),
        ("a<!-- > no -->b<!---->c<!doctype html>d<?xml?>e", "abcde"),
        ("a<!-- never <b>closed", "aclosed"),
        ("The size <![size] of it", "The size <![size] of it"),
        ("Gateway <![unavailable[ retry ]]> failed", "Gateway failed"),
    ],
)
def test_what_html_says(html: str, text: str) -> None:
    assert plain_text(html) == text
    assert Message(html, "information").text == text


@given(ANY_TEXT | MARKUP)
def test_any_html_is_read_to_one_printable_line(html: str) -> None:
    text = plain_text(html)
    assert text.isprintable()
    assert text == " ".join(text.split())
    if not set("<&") & set(text):
        assert plain_text(text) == text


class Counted(str):
    """HTML that counts how many characters of it are looked at, at most."""

    looked = 0

    def find(self, what: str, *where: Any) -> int:
        start = where[0] if where else 0
        found = super().find(what, *where)
        self.looked += (len(self) if found < 0 else found + 1) - start
        return found


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<a ",
            "<",
            "<!",
            "<![",
            "<!--",
            "<!-- >",
            "<a ='>' ",
            '<a =" ',
            "<a =\"' ",
            "<?",
            "<a>",
            "</",
        ),
        *(
            "<a =",
            "= ",
            "<a\n",
            "<a ='\">",
            "<p",
            "<p>",
            "<!-->",
            "--",
            "</script",
            "<script>",
            "&",
            "&#9",
        ),
        "\x1b",
    ],
)
def test_a_mebibyte_of_anything_is_read(piece: str) -> None:
    # A quadratic reader would take hours for these.
    size = 1024 * 1024
    assert plain_text(piece * (size // len(piece))).isprintable()
    assert plain_text(f"{piece * (size // len(piece))}>\"'-->").isprintable()


@pytest.mark.parametrize("piece", ["<a ", "<!", "<!--", "<!-- >", "<a ='>' ", "<", "<?", "<a>"])
def test_no_search_is_repeated_in_vain(piece: str) -> None:
    html = Counted(piece * 1000)
    plain_text(html)
    assert html.looked <= 3 * len(html)


def test_a_reference_of_thousands_of_digits_is_no_error() -> None:
    for reference in ("&#" + "9" * 10_000, "&#x" + "f" * 10_000, "&#" + "0" * 10_000 + "65;"):
        assert plain_text(f"a {reference} b").isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two  spaces stay", "two  spaces stay"),
        ("a\r\nb\t\tc\u2028d\u00a0e", "a b c d e"),
        ("\x1b]52;c;\x07\u202e\u200b\ud800\u0000", "{0}]52;c;{0}{0}{0}{0}{0}"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown.format("\N{REPLACEMENT CHARACTER}")


@given(ANY_TEXT)
def test_any_text_becomes_printable_once(text: str) -> None:
    once = printable(text)
    assert once.isprintable()
    assert printable(once) == once
    if text.isprintable():
        assert once == text


@given(ANY_TEXT, st.integers(1, 30))
def test_any_text_becomes_one_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert line.isprintable()
    assert len(line) <= limit + 1
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("plain", "plain"),
        ({"code": "ImageRejected", "message": "no swap partition"}, "ImageRejected: no swap partition"),
        ({"error": {"code": "A", "message": "b"}}, "A: b"),
        ({"error": {"error": {"Message": "c"}}}, "c"),
        ([{"message": "one"}, "two", None, {"message": "one"}], "one; two"),
        ({"Variant": {"serviceName": "Variant", "error": "Retry\r\nis OK."}}, "Retry is OK."),
        ({"ModelState": {"offer.id": ["is required", "is long"]}}, "offer.id: is required; is long"),
        ({"code": 7, "details": [{"code": "B", "message": "d"}]}, "7: B: d"),
        ({"code": "A"}, "A"),
        ({"field": "f", "other": None, "n": 5}, "field: f; n: 5"),
        ({"message": {"value": "v"}}, "value: v"),
        ({}, ""),
        (None, ""),
        (True, ""),
        (0.5, "0.5"),
        pytest.param(10**5000, "", id="a number that Python does not write"),
        ({"a": {"a": {"a": {"a": {"a": "deep"}}}}}, ""),
        ("x" * 5000, "x" * 2000 + "\N{HORIZONTAL ELLIPSIS}"),
    ],
)
def test_explanations_of_every_shape(value: object, told: str) -> None:
    assert explanation(value) == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["error", "code"]) | ANY_TEXT, inner)
    ),
)


@given(JSON)
def test_any_json_value_has_a_bounded_explanation(value: Any) -> None:
    told = explanation(json.loads(json.dumps(value)), 100)
    assert told.isprintable()
    assert len(told) <= 101


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (2**128 - 1, str(2**128 - 1)),
        (2**128, ""),
        ([str(number) for number in range(30)], "; ".join(str(number) for number in range(20))),
        ({str(n): "x" for n in range(30)}, "; ".join(f"{n}: x" for n in range(20))),
        ("x" * 12_000, "x" * 10_000),
        ([[["deep"]]], "deep"),
        ([[[["deep"]]]], "deep"),
        ([[[[["too deep"]]]]], ""),
        ({"message": {"message": {"message": {"message": "deep"}}}}, "deep"),
        ({"message": {"message": {"message": {"message": {"message": "too deep"}}}}}, ""),
        ({"a": {"b": {"c": {"d": "deep"}}}}, "a: b: c: d: deep"),
        ({"a": {"b": {"c": {"d": {"e": "too deep"}}}}}, ""),
        ({"code": None, "message": None, "a": "x"}, "a: x"),
        ({"code": 7}, "7"),
        ({"message": "why"}, "why"),
        (object(), ""),
    ],
)
def test_an_explanation_has_bounds(value: object, told: str) -> None:
    assert explanation(value, 20_000) == told


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!-->b", "ab"),
        ("a<!--->b", "ab"),
        ("a<!---->b", "ab"),
        ("a<!-- > -->b", "ab"),
        ("<!-- x -->b", "b"),
        ("a<!-- never closed", "a<!-- never closed"),
        ("one<p title='>'>two</p>three", "one two three"),
    ],
)
def test_comments_and_quotes_of_markup(html: str, text: str) -> None:
    assert plain_text(html) == text
