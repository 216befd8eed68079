"""Text that came from outside, made fit to show: on a terminal, in a log line, in an exception.

Nothing here raises, and the time that each function takes grows with the length of the text only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape

__all__ = ["explanation", "one_line", "plain_text", "printable"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Tabs, line ends and the other blanks that are no plain space.
_BLANKS = re.compile(r"[^\S ]+")

# In a tag, a ">" within quotes is not its end. Possessive throughout, so that nothing is tried twice.
_TAG = re.compile(r"""<[/a-zA-Z](?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+>""")
_PLAIN_TAG = re.compile(r"<[/a-zA-Z][^>]*+>")
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})(?![a-zA-Z0-9])")
_HIDDEN = {name: re.compile(rf"</{name}(?![a-zA-Z0-9])", re.IGNORECASE) for name in ("script", "style")}
#: What stands apart from its surroundings.
_APART = frozenset(
    {
        *("blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"),
        *("ol", "p", "pre", "table", "td", "th", "title", "tr", "ul"),
    }
)
# Beyond what Unicode has room for; `unescape` cannot read a number of thousands of digits.
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")


def printable(text: str) -> str:
    """Replace what could drive a terminal or forge a line in text that came from outside.

    Control, format and bidi characters, lone surrogates and what is no character become U+FFFD; each
    run of tabs, line ends and other blanks becomes one space.

    Returns:
        The text, which `str.isprintable` holds for.
    """
    if text.isprintable():
        return text
    text = _BLANKS.sub(" ", text)
    return "".join(c if c.isprintable() else REPLACEMENT for c in text)


def one_line(text: str, limit: int = 500) -> str:
    """Return a text as one printable line: without blanks around it, and with single ones within.

    Args:
        text: The text.
        limit: After how many characters it is cut, with an ellipsis; default 500.
    """
    return shortened(" ".join(printable(text).split()), limit)


def shortened(text: str, limit: int) -> str:
    """Cut a text after so many characters, with an ellipsis in place of the rest."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def plain_text(html: str) -> str:
    """Return what HTML says, without its markup, as one printable line.

    It is read as far as a reader of messages needs it: tags and comments go, `script` and `style` with
    what is in them, entities become characters. A `<` that begins nothing is text, and so is what
    follows one that is never closed.

    Args:
        html: Any text; what is not HTML comes through as it is.
    """
    return printable(" ".join("".join(_pieces(html)).split()))


def _pieces(html: str) -> Iterable[str]:
    at, tag, comments = 0, _TAG, True
    while (opening := html.find("<", at)) >= 0:
        yield _unescaped(html[at:opening])
        at = opening
        following = html[at + 1 : at + 2]
        if html.startswith("<!--", at) and comments:
            end = html.find("-->", at + 2)
            if end >= 0:
                at = end + 3
                continue
            # There is none further on either, so nobody needs to look again.
            comments = False
        if following in ("!", "?"):
            end = html.find(">", at)
            if end < 0:
                break
            at = end + 1
        elif following == "/" or (following.isascii() and following.isalpha()):
            found = tag.match(html, at)
            if found is None and tag is _TAG:
                # A quote is never closed, or all that looks like an end stands in quotes.
                tag = _PLAIN_TAG
                found = tag.match(html, at)
            if found is None:
                break
            at = found.end()
            name = _name(html, found.start())
            if name in _APART:
                yield " "
            elif name in _HIDDEN and following != "/":
                closing = _HIDDEN[name].search(html, at)
                if closing is None:
                    return
                at = closing.start()
        else:
            yield "<"
            at += 1
    yield _unescaped(html[at:])


def _name(html: str, at: int) -> str:
    found = _TAG_NAME.match(html, at)
    return found[1].lower() if found else ""


def _unescaped(text: str) -> str:
    return unescape(_HUGE_REFERENCE.sub(REPLACEMENT, text)) if "&" in text else text


#: The names under which services and frameworks write an explanation, best first; in lower case.
_MESSAGES = ("message", "messagehtml", "text", "error_description", "exceptionmessage", "detail")
_CODES = ("code", "errorcode")
#: Where an explanation without a message of its own may have one.
_INSIDE = ("error", "innererror", "details", "errors", "modelstate", "variant")


def explanation(value: object, limit: int = 2000) -> str:
    """Return what a JSON value has to say, whatever its shape, as one printable line.

    Of an object that is its message, after its code; of an array, what each entry says. An object that
    has neither message nor code, such as ASP.NET's `ModelState`, is told name by name.

    Args:
        value: What `json.loads` gave.
        limit: After how many characters it is cut; default 2000.

    Returns:
        The line, empty if the value says nothing.
    """
    return one_line(_told(value, 4), limit)


def _told(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value[:10_000].strip()
    if isinstance(value, bool) or value is None or depth == 0:
        return ""
    if isinstance(value, int) and value.bit_length() > 128:
        # Python refuses to write very long ones.
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return _joined(_told(entry, depth - 1) for entry in value[:20])
    if not isinstance(value, Mapping):
        return ""
    named = {str(key).lower(): each for key, each in value.items()}
    code = _first(named, _CODES, depth)
    message = _first(named, (*_MESSAGES, *_INSIDE), depth)
    if code or message:
        return ": ".join(filter(None, (code, message)))
    told = ((name, _told(each, depth - 1)) for name, each in list(value.items())[:20])
    return _joined(f"{name}: {text}" for name, text in told if text)


def _first(named: Mapping[str, object], names: Iterable[str], depth: int) -> str:
    told = (_told(named[name], depth - 1) for name in names if name in named)
    return next(filter(None, told), "")


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))
