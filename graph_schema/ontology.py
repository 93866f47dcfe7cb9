"""The ontology: which kinds and predicates exist. The only source of labels and relationship types in the graph."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_schema.errors import OntologyError
from graph_schema.keys import digest
from graph_schema.models import ValueType
from graph_schema.statements import TYPE_PATTERN

if TYPE_CHECKING:
    from pathlib import Path

OPEN_TYPE = "RELATED_TO"
UNKNOWN_KIND = "Thing"
RESERVED_LABELS = frozenset(
    "Document Chunk LocalEntity Claim Fact Name Block Run Lease Migration Decision Reading Stale __Entity__ "
    "Thing".split()
)
RESERVED_TYPES = frozenset(
    "FROM_DOCUMENT NEXT_CHUNK MENTIONS ABOUT SUBJECT OBJECT STATED_IN RESOLVES_TO SUPPORTS DENIES FACT_SUBJECT "
    "FACT_OBJECT CONFLICTS_WITH FROM_CHUNK HAS_NAME IN_BLOCK RELATED_TO RELATIONSHIP_TYPE".split()
)
RESERVED_PROPERTIES = frozenset("id name aliases kind mentions named documents".split())

_KIND_WORDS = ("labels", "last_words", "first_words", "roles")

Direction = Literal["forward", "inverse"]


class Kind(BaseModel):
    """A kind of entity: a node label.

    `labels` are the name recogniser's labels for it. A name that ends in one of `last_words` or begins with one of
    `first_words` is of this kind whatever the recogniser says. `roles` are nouns for one of this kind that is known by
    what it does ("the harbour master").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent: str | None = None
    labels: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()
    first_words: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Predicate(BaseModel):
    """A relation between two entities, or between an entity and a typed value.

    `same` says that subject and object are one thing under two names: a question about one is about both. `asked_by`
    are words that only questions use for it ("pay" for a price).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    domain: tuple[str, ...] = Field(min_length=1)
    range: tuple[str, ...] = ()
    value: ValueType | None = None
    triggers: tuple[str, ...] = ()
    inverse_triggers: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    functional: bool = False
    symmetric: bool = False
    temporal: bool = False
    same: bool = False
    dated_by: str | None = None
    phrase: str | None = None


class _Head(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    extends: Literal["default"] | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    ontology: _Head
    kinds: dict[str, Kind] = {}
    predicates: dict[str, Predicate] = {}


@dataclass(frozen=True)
class Trigger:
    """One predicate that a phrase can mean, and from which end the phrase says it."""

    predicate: str
    direction: Direction


@dataclass(frozen=True)
class Ontology:
    """A checked ontology. Kinds and predicates keep the order of their file: the first that fits wins."""

    name: str
    version: str
    kinds: dict[str, Kind]
    predicates: dict[str, Predicate]

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything in it: documents extracted under another fingerprint are extracted again."""
        kinds = [f"{name}={kind.model_dump_json()}" for name, kind in self.kinds.items()]
        predicates = [f"{name}={predicate.model_dump_json()}" for name, predicate in self.predicates.items()]
        return digest(self.name, self.version, *kinds, *predicates)

    @cached_property
    def relationship_types(self) -> tuple[str, ...]:
        """Every type a derived relationship can have, sorted; open claims share `RELATED_TO`."""
        typed = (name for name, predicate in self.predicates.items() if predicate.value is None)
        return (OPEN_TYPE, *sorted(typed))

    @cached_property
    def triggers(self) -> dict[str, tuple[Trigger, ...]]:
        """Phrase -> what it can mean, in file order."""
        found: dict[str, list[Trigger]] = {}
        for name, predicate in self.predicates.items():
            for phrase in predicate.triggers:
                found.setdefault(phrase, []).append(Trigger(name, "forward"))
            for phrase in predicate.inverse_triggers:
                found.setdefault(phrase, []).append(Trigger(name, "inverse"))
        return {phrase: tuple(meanings) for phrase, meanings in found.items()}

    @cached_property
    def kind_of_label(self) -> dict[str, str]:
        """Name recogniser's label -> kind."""
        return {label: name for name, kind in self.kinds.items() for label in kind.labels}

    @cached_property
    def kind_of_last_word(self) -> dict[str, str]:
        """Last word of a name, in lower case -> kind."""
        return {word: name for name, kind in self.kinds.items() for word in kind.last_words}

    @cached_property
    def kind_of_first_word(self) -> dict[str, str]:
        """First word of a name, in lower case -> kind."""
        return {word: name for name, kind in self.kinds.items() for word in kind.first_words}

    @cached_property
    def kind_of_role(self) -> dict[str, str]:
        """Noun for what something does -> its kind."""
        return {noun: name for name, kind in self.kinds.items() for noun in kind.roles}

    def ancestors(self, kind: str) -> tuple[str, ...]:
        """`kind` and its parents, nearest first; empty for the unknown kind, which has no label."""
        chain: list[str] = []
        current: str | None = kind if kind in self.kinds else None
        while current is not None:
            chain.append(current)
            current = self.kinds[current].parent
        return tuple(chain)

    def fits(self, kind: str, allowed: tuple[str, ...]) -> bool:
        """Whether `kind` or a parent is allowed. What has no known kind cannot be refused for it."""
        return kind == UNKNOWN_KIND or any(name in allowed for name in self.ancestors(kind))


def load_ontology(path: Path | None = None) -> Ontology:
    """The packaged default ontology, or the one at `path` (which may extend the default).

    Raises `OntologyError` naming file, entry and what is allowed.
    """
    default = _parse((files("graph_schema") / "ontologies" / "default.toml").read_text(encoding="utf-8"), "default")
    if path is None:
        return _checked(default, "default ontology")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OntologyError(
            f"cannot read the ontology {str(path)!r}: {error}.", "Set GROUNDPLAN_ONTOLOGY to a readable TOML file."
        ) from None
    own = _parse(text, str(path))
    if own.ontology.extends:
        own = _extended(default, own)
    return _checked(own, str(path))


def _extended(default: _File, own: _File) -> _File:
    """The default with the entries of `own` added or put in place of its own; a recogniser's label, a word or a role
    that a kind of `own` claims is taken from the default's kinds."""
    claimed = {name: {each for kind in own.kinds.values() for each in getattr(kind, name)} for name in _KIND_WORDS}
    kept = {
        name: kind.model_copy(
            update={
                each: tuple(word for word in getattr(kind, each) if word not in claimed[each]) for each in _KIND_WORDS
            }
        )
        for name, kind in default.kinds.items()
    }
    return own.model_copy(
        update={"kinds": {**kept, **own.kinds}, "predicates": {**default.predicates, **own.predicates}}
    )


def _parse(text: str, where: str) -> _File:
    try:
        return _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise OntologyError(f"ontology {where!r} is not valid TOML: {error}.", "Mend that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        entry = ".".join(str(part) for part in first["loc"])
        raise OntologyError(
            f"ontology {where!r}, entry {entry!r}: {first['msg'].lower()} (given {first['input']!r}).",
            "The packaged default ontology shows every field that is allowed.",
        ) from None


def _checked(file: _File, where: str) -> Ontology:
    problems = [*_kind_problems(file), *_predicate_problems(file)]
    if problems:
        raise OntologyError(f"ontology {where!r}: " + "; ".join(problems) + ".", "Mend these entries.")
    return Ontology(file.ontology.name, file.ontology.version, dict(file.kinds), dict(file.predicates))


def _kind_problems(file: _File) -> list[str]:
    problems = []
    labels: dict[str, str] = {}
    for name, kind in file.kinds.items():
        if not (name.isidentifier() and name.isascii() and name[0].isupper()) or name in RESERVED_LABELS:
            problems.append(f"kind {name!r} is reserved or not a capitalised ASCII identifier")
        if kind.parent is not None and kind.parent not in file.kinds:
            problems.append(f"kind {name!r} has the unknown parent {kind.parent!r}{_hint(kind.parent, file.kinds)}")
        elif _is_cyclic(name, file.kinds):
            problems.append(f"kind {name!r} is its own ancestor")
        for label in kind.labels:
            if label in labels:
                problems.append(f"label {label!r} belongs to both {labels[label]!r} and {name!r}")
            labels[label] = name
    return problems


def _is_cyclic(name: str, kinds: dict[str, Kind]) -> bool:
    seen: set[str] = set()
    current: str | None = name
    while current is not None and current in kinds:
        if current in seen:
            return True
        seen.add(current)
        current = kinds[current].parent
    return False


def _predicate_problems(file: _File) -> list[str]:
    problems = []
    for name, predicate in file.predicates.items():
        if not TYPE_PATTERN.fullmatch(name) or name in RESERVED_TYPES or name.lower() in RESERVED_PROPERTIES:
            problems.append(f"predicate {name!r} is reserved or not of the form A-Z, 0-9, _")
        for kind in (*predicate.domain, *predicate.range):
            if kind not in file.kinds:
                problems.append(f"predicate {name!r} names the unknown kind {kind!r}{_hint(kind, file.kinds)}")
        if bool(predicate.range) == (predicate.value is not None):
            problems.append(f"predicate {name!r} needs either a range or a value, and not both")
        if predicate.symmetric and predicate.value is not None:
            problems.append(f"predicate {name!r} cannot be symmetric: its object is a value")
        dated_by = predicate.dated_by
        if dated_by is not None and (dated_by not in file.predicates or file.predicates[dated_by].value != "date"):
            problems.append(f"predicate {name!r} is dated by {dated_by!r}, which is no predicate with a date value")
        problems += [
            f"predicate {name!r} has the trigger {phrase!r}, which is not in lower case with single spaces"
            for phrase in (*predicate.triggers, *predicate.inverse_triggers, *predicate.asked_by)
            if phrase != " ".join(phrase.lower().split())
        ]
    return problems


def _hint(given: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(given, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
