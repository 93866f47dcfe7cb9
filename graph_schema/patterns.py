"""Regular expressions of an ontology: which may be used, and why the cost of each is bounded.

Python's `re` backtracks and knows no time limit. So a pattern is tried only from the beginning of a word, on at most
`MAX_MATCH_CHARS` characters, and only if the number of ways in which it can be tried there is small: the product of
the choices that its repeats and alternatives leave.
"""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]  # `re` offers its parse tree in no public way
from typing import Any

MAX_PATTERN_CHARS = 200
MAX_MATCH_CHARS = 100
MAX_WAYS = 1_000

_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def problem_of(pattern: str) -> str | None:
    """Why `pattern` may not be used, or `None` when it may."""
    if not 0 < len(pattern) <= MAX_PATTERN_CHARS:
        return f"has {len(pattern)} characters"
    try:
        compiled = re.compile(pattern)
        ways = _ways(_parser.parse(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        return f"is no regular expression: {error}"
    if compiled.match(""):
        return "matches the empty text"
    if ways > MAX_WAYS:
        return f"can be tried in {ways if ways < 10**9 else 'more than 10**9'} ways"
    return None


def _ways(parsed: Any) -> int:  # noqa: ANN401
    """An upper bound of the paths on which a matcher can go through `parsed`, at any one place of a text."""
    ways = 1
    for code, argument in parsed:
        match str(code):
            case "BRANCH":
                ways *= sum(_ways(each) for each in argument[1])
            case "SUBPATTERN" | "ASSERT" | "ASSERT_NOT":
                ways *= _ways(argument[-1])
            case "ATOMIC_GROUP":
                ways *= _ways(argument)
            case "GROUPREF_EXISTS":
                ways *= _ways(argument[1]) + (_ways(argument[2]) if argument[2] else 1)
            case repeat if repeat in _REPEATS:
                least, most, repeated = argument
                inner = _ways(repeated)
                counts = range(min(least, MAX_MATCH_CHARS), min(most, MAX_MATCH_CHARS) + 1)
                ways *= len(counts) if inner == 1 else sum(inner**count for count in counts)
    return ways
