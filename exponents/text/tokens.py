"""Which numbers, names and signs is a text made of?

This step refuses all that is not arithmetic: quotes, brackets, dots, digits of other scripts, reserved words of Python,
and names with leading or double underscores.  The message gives the column.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import NamedTuple

from ..errors import InputError
from ..printing import GREEK
from ..rationals import abbreviate

MAX_LENGTH = 2000  # characters of a text
MAX_TOKENS = 500  # numbers, names and signs of a text

_TOKEN = re.compile(
    rf"""(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_]\w*|[{"".join(GREEK.values())}])
    |(?P<sign>\*\*|[<>=!]=|[-+*/^(),<>=≤≥≠−·⋅])
    |(?P<space>\s+)""",
    re.VERBOSE | re.ASCII,  # digits of other scripts are no digits here
)
_SAME = {"^": "**", "−": "-", "·": "*", "⋅": "*", "≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
_LATIN = {letter: name for name, letter in GREEK.items()}


class Token(NamedTuple):
    """A number, a name or a sign.

    Attributes
    ----------
    kind : "number", "name", "sign" or "end"
    text : str
        The token, with Greek letters spelled out and one spelling of each sign.
    place : str
        What was written, and in which column, for messages.
    start, end : int
        Where it stands.
    """

    kind: str
    text: str
    place: str
    start: int
    end: int


def tokenise(text: str, role: str) -> list[Token]:
    """Return the tokens of ``text`` and, last, its end.

    Parameters
    ----------
    text : str
        What the user wrote.
    role : str
        What the text is, for messages: "a term".

    Returns
    -------
    list of Token

    Raises
    ------
    InputError
        If the text is empty, too long, or holds anything but numbers, names and signs.

    Examples
    --------
    >>> [token.text for token in tokenise("2·β ^ .5", "a term")]
    ['2', '*', 'beta', '**', '.5', '']
    """
    if len(text) > MAX_LENGTH:
        raise refusal(role, f"have at most {MAX_LENGTH} characters", str(len(text)), "shorten it")
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise refusal(role, "be made of numbers, names and + - * / ** ( )", _locate(text[at], at), "leave it out")
        kind, word = str(match.lastgroup), match.group()
        place, start, at = _locate(word, at), at, match.end()
        if kind == "name" and word != "and" and (iskeyword(word) or word.startswith("_") or "__" in word):
            hint = "ask once for each alternative" if word == "or" else "rename it or leave it out"
            raise refusal(role, "use plain names", place, hint)
        if kind != "space":
            word = _LATIN.get(word, _SAME.get(word, word))
            found.append(Token("sign" if word == "and" else kind, word, place, start, at))
        if len(found) > MAX_TOKENS:
            raise refusal(role, f"have at most {MAX_TOKENS} numbers, names and signs", "more", "shorten it")
    if not found:
        raise refusal(role, "be written out", "nothing", "try alpha*beta or 3/2")
    return [*found, Token("end", "", "the end of the text", at, at)]


def spell_greek(text: str) -> str:
    """Return a text with Greek letters spelled, for names that a terminal, LaTeX and a parser all read.

    Examples
    --------
    >>> spell_greek("N**-α")
    'N**-alpha'
    """
    for letter, name in _LATIN.items():
        text = text.replace(letter, name)
    return text


def refusal(role: str, required: str, got: str, hint: str) -> InputError:
    """Return the error that says what was required, what came, and what to try.

    Examples
    --------
    >>> print(refusal("a cost", "be written out", "nothing", "try N*t"))
    a cost must be written out; got nothing; try N*t
    """
    return InputError(f"{role} must {required}; got {got}; {hint}")


def _locate(word: str, index: int) -> str:
    return f"{word if len(word) == 1 else abbreviate(word)!r} at column {index + 1}"
