"""When what a clause says holds or happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.extract.clause import obliques
from pipeline.ingest.extract.contrast import has_left
from pipeline.text.values import parse_date

if TYPE_CHECKING:
    from spacy.tokens import Token

    from graph_schema.models import Value
    from pipeline.ingest.extract.clause import Clause, Tree

START_WORDS = frozenset({"from", "since", "after"})
END_WORDS = frozenset({"until", "till", "to", "before"})
POINT_WORDS = frozenset({"in", "on", "during", "by", "at"})


@dataclass(slots=True, frozen=True)
class Times:
    """When a clause says that it holds or happened."""

    point: Value | None = None
    start: Value | None = None
    end: Value | None = None


class TimeReader:
    """Reads when the clauses of one chunk hold. `at` maps token index -> mention index, `values` those to values."""

    def __init__(self, tree: Tree, at: dict[int, int], values: dict[int, Value]) -> None:
        self.tree = tree
        self.at = at
        self.values = values

    def __call__(self, clause: Clause) -> Times:
        """When: "in 1962", "on Saturday, 2 November 1957", "from 1990 to 1998", "between 1990 and 1998", "since March
        2011". A date that hangs on the object ("won the prize in 1962") dates the clause when nothing else does."""
        found = self._times(clause.head)
        if found == Times():
            for argument in clause.arguments:
                if argument.role in {"object", "attribute"} and argument.head.i not in self.at:
                    return self._times(argument.head)
        return found

    def of(self, clause: Clause, argument: Token) -> Times:
        """When what the clause says of one argument holds: who "resigned as director in 1998" was so until then."""
        times = self(clause)
        return Times(end=times.end or times.point) if has_left(argument) else times

    def _times(self, head: Token) -> Times:
        point = start = end = None
        for child in self.tree.children[head.i]:
            if child.dep_ == "npadvmod":
                point = point or self.date(child)
            elif child.dep_ == "prep":
                if child.lower_ == "between":
                    start, end = self._ends(child) or (start, end)
                    continue
                for argument in obliques(self.tree, child):
                    date, word = self._end(argument.head), argument.markers[-1].lower_
                    if word in START_WORDS:
                        start = start or date
                    elif word in END_WORDS:
                        end = end or date
                    elif word in POINT_WORDS:
                        point = point or self.date(argument.head) or date
        return Times(point, start, end)

    def _ends(self, between: Token) -> tuple[Value, Value] | None:
        for first in self.tree.of(between, "pobj"):
            for second in self.tree.of(first, "conj"):
                start, end = self._end(first), self._end(second)
                if start is not None and end is not None:
                    return start, end
        return None

    def _end(self, token: Token) -> Value | None:
        """The date that `token` heads, by its own words before those of the mention it is part of ("1960 and 1970")."""
        words = self.tree.phrase(token, frozenset({"conj", "prep"}))
        return parse_date(self.tree.doc[words[0].i : words[-1].i + 1].text) or self.date(token)

    def date(self, token: Token) -> Value | None:
        """The date that `token` heads, or that stands beside it."""
        for each in (token, *self.tree.children[token.i]):
            index = self.at.get(each.i)
            value = None if index is None else self.values.get(index)
            if value is not None and value.type == "date":
                return value
        return None
