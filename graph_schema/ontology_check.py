"""What is wrong with an ontology, all of it at once: errors, with which it cannot be used, and warnings."""

from __future__ import annotations

import difflib
import string
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from graph_schema.patterns import MAX_MATCH_CHARS, MAX_PATTERN_CHARS, MAX_WAYS, problem_of
from graph_schema.statements import TYPE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from graph_schema.ontology import Direction, Kind, Ontology, Predicate

Severity = Literal["error", "warning"]

RESERVED_LABELS = frozenset(
    "Document Chunk LocalEntity Value Claim Fact Name Block Run Lease Migration Decision Reading Stale __Entity__ "
    "Thing".split()
)
RESERVED_TYPES = frozenset(
    "FROM_DOCUMENT NEXT_CHUNK MENTIONS HOLDS_VALUE ABOUT SUBJECT OBJECT STATED_IN RESOLVES_TO SUPPORTS DENIES "
    "FACT_SUBJECT FACT_OBJECT CONFLICTS_WITH FROM_CHUNK HAS_NAME IN_BLOCK RELATED_TO RELATIONSHIP_TYPE".split()
)
RESERVED_PROPERTIES = frozenset("id name aliases kind mentions named documents".split())
NAME_LABELS = tuple("PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW LANGUAGE".split())
PLACEHOLDERS = ("subject", "object")
WROTE_TO, HAS_EMAIL = "WROTE_TO", "HAS_EMAIL"  # what the headers of mails say, under an ontology that has them

_WORDS = ("last_words", "first_words", "roles")
_FINDERS = ("labels", "names", "patterns", *_WORDS)
_TRIGGERS = ("triggers", "inverse_triggers", "asked_by")
_KIND_NAME = f"a capitalised ASCII identifier that the graph does not use itself ({', '.join(sorted(RESERVED_LABELS))})"
_PREDICATE_NAME = "A-Z, 0-9 and _, beginning with a letter, and no name that the graph uses itself"
_PHRASE = "lower case, with single spaces"
_PATTERN = (
    f"a regular expression of at most {MAX_PATTERN_CHARS} characters that never matches the empty text and can be "
    f"tried in at most {MAX_WAYS} ways on {MAX_MATCH_CHARS} characters; write \\d{{1,6}} rather than \\d+"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one entry: its path in the file (`predicates.FOUNDED.domain`; empty for the file as
    a whole), the value there, what is the matter, what is allowed, and the allowed name that was perhaps meant."""

    entry: str
    value: Any
    message: str
    allowed: str = ""
    suggestion: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        meant = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{self.entry}: {self.message}{meant}{allowed}".removeprefix(": ")


def closest(given: str, known: Iterable[str]) -> str | None:
    """The name in `known` that `given` is perhaps a slip of the pen for."""
    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(given.casefold(), by_folded, n=1)
    return by_folded[close[0]] if close else None


def unreadable(entry: str, detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    """What pydantic found wrong with one field of `entry`."""
    place = ".".join(str(part) for part in (entry, *detail["loc"]) if part != "")
    given = detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            field = str(detail["loc"][-1])
            fields = list(model.model_fields)
            return Problem(place, given, f"there is no field {field!r}", ", ".join(fields), closest(field, fields))
        case "missing":
            return Problem(place, None, "is missing")
        case "literal_error":
            return Problem(place, given, f"is {given!r}", detail["ctx"]["expected"])
        case _:
            return Problem(place, given, f"is {given!r}: {detail['msg'].lower()}")


def errors_of(
    kinds: Mapping[str, Kind], predicates: Mapping[str, Predicate], unread: frozenset[str]
) -> Iterator[Problem]:
    """Everything for which this ontology cannot be used. `unread` are the names of entries, and the paths of fields,
    that are there and could not be read; nothing is said of what names them or follows from them."""
    yield from _kind_errors(kinds, unread)
    for name, predicate in predicates.items():
        yield from _predicate_errors(name, predicate, kinds, predicates, unread)
    yield from _inverse_errors(predicates)


def _kind_errors(kinds: Mapping[str, Kind], unread: frozenset[str]) -> Iterator[Problem]:
    of_label: dict[str, str] = {}
    for name, kind in kinds.items():
        entry = f"kinds.{name}"
        if not (name.isidentifier() and name.isascii() and name[0].isupper()) or name in RESERVED_LABELS:
            yield Problem(entry, name, f"{name!r} cannot be the name of a kind", _KIND_NAME)
        if kind.parent is not None and kind.parent not in {*kinds, *unread}:
            yield _unknown_kind(f"{entry}.parent", kind.parent, kinds)
        elif _is_cyclic(name, kinds):
            yield Problem(f"{entry}.parent", kind.parent, f"{name!r} is its own ancestor")
        for label in kind.labels:
            if label in of_label:
                yield Problem(f"{entry}.labels", label, f"the label {label!r} belongs to {of_label[label]!r} already")
            of_label.setdefault(label, name)
        for field in _WORDS:
            yield from _phrase_errors(f"{entry}.{field}", getattr(kind, field))
        yield from _finder_errors(entry, kind)


def _finder_errors(entry: str, kind: Kind) -> Iterator[Problem]:
    for given in kind.names:
        if not any(each.isalnum() for each in given) or given != " ".join(given.split()):
            allowed = "a name that holds a letter or a digit, with single spaces and none at its ends"
            yield Problem(f"{entry}.names", given, f"{given!r} is no name", allowed)
    for pattern in kind.patterns:
        if problem := problem_of(pattern):
            yield Problem(f"{entry}.patterns", pattern, f"{pattern!r} {problem}", _PATTERN)


def _phrase_errors(entry: str, phrases: Iterable[str]) -> Iterator[Problem]:
    for phrase in phrases:
        if not phrase or phrase != " ".join(phrase.lower().split()):
            yield Problem(entry, phrase, f"{phrase!r} can never be found", _PHRASE)


def _unknown_kind(entry: str, given: str, kinds: Mapping[str, Kind]) -> Problem:
    return Problem(entry, given, f"{given!r} is no kind", ", ".join(kinds), closest(given, kinds))


def _is_cyclic(name: str, kinds: Mapping[str, Kind]) -> bool:
    seen: set[str] = set()
    current: str | None = name
    while current is not None and current in kinds:
        if current in seen:
            return True
        seen.add(current)
        current = kinds[current].parent
    return False


def _predicate_errors(
    name: str,
    predicate: Predicate,
    kinds: Mapping[str, Kind],
    predicates: Mapping[str, Predicate],
    unread: frozenset[str],
) -> Iterator[Problem]:
    entry = f"predicates.{name}"
    if not _may_name_a_predicate(name):
        yield Problem(entry, name, f"{name!r} cannot be the name of a predicate", _PREDICATE_NAME)
    for field in ("domain", "range"):
        for kind in getattr(predicate, field):
            if kind not in {*kinds, *unread}:
                yield _unknown_kind(f"{entry}.{field}", kind, kinds)
    either = {f"{entry}.range", f"{entry}.value"}
    if either.isdisjoint(unread) and bool(predicate.range) == (predicate.value is not None):
        yield Problem(entry, None, "needs either a range or a value, and not both")
    if predicate.symmetric and predicate.value is not None:
        yield Problem(f"{entry}.symmetric", True, "cannot be symmetric: its object is a value")
    if predicate.dated_by is not None and predicate.dated_by not in unread:
        dates = [each for each, other in predicates.items() if other.value == "date"]
        if predicate.dated_by not in dates:
            given = predicate.dated_by
            message = f"{given!r} is no predicate with a date value"
            yield Problem(f"{entry}.dated_by", given, message, ", ".join(dates), closest(given, dates))
    for field in _TRIGGERS:
        yield from _phrase_errors(f"{entry}.{field}", getattr(predicate, field))
    if predicate.phrase is not None and not _is_phrase(predicate.phrase):
        message = f"{predicate.phrase!r} does not say both ends once"
        yield Problem(f"{entry}.phrase", predicate.phrase, message, "text with {subject} and {object}")


def _may_name_a_predicate(name: str) -> bool:
    own = name not in RESERVED_TYPES and name.lower() not in RESERVED_PROPERTIES
    return own and TYPE_PATTERN.fullmatch(name) is not None


def _is_phrase(phrase: str) -> bool:
    try:
        parts = list(string.Formatter().parse(phrase))
    except ValueError:
        return False
    fields = [field for _, field, spec, conversion in parts if field is not None and not spec and not conversion]
    return sorted(fields) == sorted(PLACEHOLDERS) and sum(field is not None for _, field, *_ in parts) == len(fields)


def _inverse_errors(predicates: Mapping[str, Predicate]) -> Iterator[Problem]:
    used: dict[str, str] = {}
    for name, predicate in predicates.items():
        inverse, entry = predicate.inverse, f"predicates.{name}.inverse"
        if inverse is None:
            continue
        if not _may_name_a_predicate(inverse):
            yield Problem(entry, inverse, f"{inverse!r} cannot be the name of a predicate", _PREDICATE_NAME)
        if predicate.value is not None or predicate.symmetric:
            what = "symmetric" if predicate.symmetric else "about a value"
            yield Problem(entry, inverse, f"a predicate that is {what} has no inverse")
        if inverse in predicates:
            message = f"{inverse!r} is a predicate of its own, so each statement would be stored twice"
            allowed = f"leave {inverse} out and put what says it among the inverse_triggers of {name}"
            yield Problem(entry, inverse, message, allowed)
        elif inverse in used:
            yield Problem(entry, inverse, f"{inverse!r} is the inverse of {used[inverse]!r} already")
        used.setdefault(inverse, name)


# warnings


def warnings_of(ontology: Ontology) -> Iterator[Problem]:
    """What is allowed and yet cannot do what it seems to be there for."""
    yield from _unreachable_kinds(ontology)
    yield from _unknown_labels(ontology)
    yield from _shared_words(ontology)
    yield from _never_claimed(ontology)
    yield from _shadowed(ontology)


def _warning(entry: str, value: Any, message: str, suggestion: str | None = None) -> Problem:  # noqa: ANN401
    return Problem(entry, value, message, "", suggestion, "warning")


def _unreachable_kinds(ontology: Ontology) -> Iterator[Problem]:
    given = {name for name, kind in ontology.kinds.items() if any(getattr(kind, each) for each in _FINDERS)}
    reachable = {ancestor for name in given for ancestor in ontology.ancestors(name)}
    for name in ontology.kinds:
        if name not in reachable:
            yield _warning(
                f"kinds.{name}", None, "nothing can ever be of this kind: give it one of " + ", ".join(_FINDERS)
            )


def _unknown_labels(ontology: Ontology) -> Iterator[Problem]:
    for name, kind in ontology.kinds.items():
        for label in kind.labels:
            if label not in NAME_LABELS:
                message = f"the default model never calls a name {label!r}, only one of {', '.join(NAME_LABELS)}"
                yield _warning(f"kinds.{name}.labels", label, message, closest(label, NAME_LABELS))


def _shared_words(ontology: Ontology) -> Iterator[Problem]:
    for field in (*_WORDS, "names"):
        owner: dict[str, str] = {}
        for name, kind in ontology.kinds.items():
            for word in getattr(kind, field):
                if owner.setdefault(word.casefold(), name) != name:
                    message = f"{word!r} stands under {owner[word.casefold()]} too; only one of them can have it"
                    yield _warning(f"kinds.{name}.{field}", word, message)


def _never_claimed(ontology: Ontology) -> Iterator[Problem]:
    dates = {predicate.dated_by for predicate in ontology.predicates.values()}
    for name, predicate in ontology.predicates.items():
        said = predicate.triggers or predicate.inverse_triggers or name in {*dates, WROTE_TO, HAS_EMAIL}
        if not said:
            yield _warning(f"predicates.{name}", None, "has no trigger, so that no words say it")


class _Meaning(NamedTuple):
    """What a phrase can say: the predicate, and the kinds that stand first and second in it."""

    predicate: str
    direction: Direction
    first: tuple[str, ...]
    second: tuple[str, ...]


def _shadowed(ontology: Ontology) -> Iterator[Problem]:
    by_phrase: dict[str, list[_Meaning]] = defaultdict(list)
    for phrase, triggers in ontology.triggers.items():
        for trigger in triggers:
            meaning = _meaning(ontology, trigger.predicate, trigger.direction)
            for earlier in by_phrase[phrase]:
                yield from _clash(ontology, phrase, earlier, meaning)
            by_phrase[phrase].append(meaning)


def _meaning(ontology: Ontology, name: str, direction: Direction) -> _Meaning:
    predicate = ontology.predicates[name]
    ends = predicate.domain, (f"a {predicate.value}",) if predicate.value is not None else predicate.range
    first, second = ends if direction == "forward" or predicate.value is not None else ends[::-1]
    return _Meaning(name, direction, first, second)


def _clash(ontology: Ontology, phrase: str, earlier: _Meaning, later: _Meaning) -> Iterator[Problem]:
    first = _common(ontology, earlier.first, later.first)
    second = _common(ontology, earlier.second, later.second)
    if earlier.predicate == later.predicate or not (first and second):
        return
    field = "triggers" if later.direction == "forward" else "inverse_triggers"
    message = f"{phrase!r} stands under {earlier.predicate} too, which comes first and wins for {first} and {second}"
    if earlier.direction != later.direction:
        message += "; if these are one relation seen from both ends, keep one and give it the other's name as `inverse`"
    yield _warning(f"predicates.{later.predicate}.{field}", phrase, message)


def _common(ontology: Ontology, one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """The kinds that fit both, as text."""
    fitting = [each for each in one if each in other or ontology.fits(each, other)]
    fitting += [each for each in other if each not in fitting and ontology.fits(each, one)]
    return ", ".join(fitting)
