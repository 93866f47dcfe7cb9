"""The ontology: which kinds and predicates exist. The only source of labels and relationship types in the graph."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph_schema.errors import OntologyError
from graph_schema.keys import digest
from graph_schema.models import ValueType
from graph_schema.ontology_check import Problem, closest, errors_of, unreadable, warnings_of

if TYPE_CHECKING:
    from pathlib import Path

OPEN_TYPE = "RELATED_TO"
UNKNOWN_KIND = "Thing"

_CLAIMED = ("labels", "last_words", "first_words", "roles", "names")
_TABLES = ("ontology", "kinds", "predicates")

Direction = Literal["forward", "inverse"]
Family = Literal["person", "group", "organization", "place", "other"]
FAMILY_OF_LABEL: dict[str, Family] = {
    "PERSON": "person",
    "NORP": "group",
    "ORG": "organization",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
}
M = TypeVar("M", bound=BaseModel)


class Kind(BaseModel):
    """A kind of entity: a node label.

    `labels` are the name recogniser's labels for it. A name that ends in one of `last_words` or begins with one of
    `first_words` is of this kind whatever the recogniser says. `roles` are nouns for one of this kind that is known by
    what it does ("the harbour master"). `names` are found wherever they stand, and so is what one of the regular
    expressions `patterns` matches from the beginning of a word to the end of one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent: str | None = None
    labels: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()
    first_words: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Predicate(BaseModel):
    """A relation between two entities, or between an entity and a typed value.

    `inverse` is its name as seen from the object ("EMPLOYS" for WORKS_FOR): labels and people may use it, and what it
    says is stored once, under this predicate. `same` says that subject and object are one thing under two names: a
    question about one is about both. `asked_by` are words that only questions use for it ("pay" for a price).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    domain: tuple[str, ...] = Field(min_length=1)
    range: tuple[str, ...] = ()
    value: ValueType | None = None
    triggers: tuple[str, ...] = ()
    inverse_triggers: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    inverse: str | None = None
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

    @cached_property
    def inverses(self) -> dict[str, str]:
        """Name of an inverse -> the predicate that is stored for it."""
        return {each.inverse: name for name, each in self.predicates.items() if each.inverse is not None}

    def stored_as(self, name: str) -> Trigger | None:
        """The predicate that is stored for `name`, and the end from which `name` says it; `None` when none is."""
        if name in self.predicates:
            return Trigger(name, "forward")
        return Trigger(self.inverses[name], "inverse") if name in self.inverses else None

    @cached_property
    def families(self) -> dict[str, Family]:
        """Kind -> what its names behave like, whatever it is called: first names and "she" are of people, acronyms and
        legal forms of organisations. The first known label decides, of the kind or of its nearest parent that has one.
        """
        labels = {
            name: [label for each in self.ancestors(name) for label in self.kinds[each].labels] for name in self.kinds
        }
        return {
            name: next((FAMILY_OF_LABEL[label] for label in given if label in FAMILY_OF_LABEL), "other")
            for name, given in labels.items()
        }

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


@dataclass(frozen=True, slots=True)
class Checked:
    """An ontology file, read: everything that is wrong with it, what of it can be `read`, and the ontology when no
    problem is an error."""

    ontology: Ontology | None
    problems: tuple[Problem, ...]
    read: Ontology


def load_ontology(path: Path | None = None) -> Ontology:
    """The packaged default ontology, or the one at `path` (which may extend the default).

    Raises `OntologyError` naming file, every entry that is wrong, and what is allowed.
    """
    checked = check_ontology(path)
    if checked.ontology is None:
        errors = "; ".join(str(each) for each in checked.problems if each.severity == "error")
        raise OntologyError(f"ontology {_name_of(path)!r}: {errors}.", "Mend these entries; docs/ontology.md has all.")
    return checked.ontology


def check_ontology(path: Path | None = None) -> Checked:
    """Read the ontology at `path` (the packaged default) and find everything that is wrong with it, entry by entry.

    Raises `OntologyError` when the file cannot be read or is not valid TOML. Of an ontology that extends the default,
    only warnings about its own entries are given; of one with errors, those that no error can be the reason for.
    """
    raw = _toml(path)
    own, problems = _read(raw)
    default = Ontology("default", "", {}, {})
    if isinstance(raw.get("ontology"), dict) and raw["ontology"].get("extends") == "default":
        default, _ = _read(_toml(None))
    merged = _extended(default, own)
    tables = [raw[table] for table in ("kinds", "predicates") if isinstance(raw.get(table), dict)]
    unread = {name for table in tables for name in table} - {*own.kinds, *own.predicates}
    unread_fields = {".".join(each.entry.split(".")[:3]) for each in problems}
    problems += errors_of(merged.kinds, merged.predicates, frozenset(unread | unread_fields))
    wrong = [f"{each.entry}." for each in problems]
    read = replace(merged, kinds=_rooted(merged.kinds, wrong))
    mine = {f"kinds.{name}" for name, each in own.kinds.items() if each.parent not in unread}
    mine |= {
        f"predicates.{name}" for name, each in own.predicates.items() if unread.isdisjoint((*each.domain, *each.range))
    }
    warnings = [
        each
        for each in warnings_of(read)
        if ".".join(each.entry.split(".")[:2]) in mine and not any(at.startswith(f"{each.entry}.") for at in wrong)
    ]
    return Checked(None if problems else merged, (*problems, *warnings), read)


def _rooted(kinds: dict[str, Kind], wrong: list[str]) -> dict[str, Kind]:
    """`kinds` without the parents that no ancestors can be told of: unknown ones, and those in a circle."""
    return {
        name: kind.model_copy(update={"parent": None})
        if f"kinds.{name}.parent." in wrong or kind.parent not in kinds
        else kind
        for name, kind in kinds.items()
    }


def _name_of(path: Path | None) -> str:
    return "default" if path is None else str(path)


def _toml(path: Path | None) -> dict[str, Any]:
    source = files("graph_schema") / "ontologies" / "default.toml" if path is None else path
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise OntologyError(
            f"cannot read the ontology {_name_of(path)!r}: {error}.", "Set GROUNDPLAN_ONTOLOGY to a readable TOML file."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise OntologyError(f"ontology {_name_of(path)!r} is not valid TOML: {error}.", "Mend that line.") from None


def _read(raw: dict[str, Any]) -> tuple[Ontology, list[Problem]]:
    """The entries of a file that can be read, and what is wrong with the others."""
    problems = [
        Problem(table, None, f"there is no table {table!r}", ", ".join(_TABLES), closest(table, _TABLES))
        for table in raw
        if table not in _TABLES
    ]
    head = _validated(_Head, raw.get("ontology"), "ontology", problems)
    kinds = _entries(Kind, raw.get("kinds", {}), "kinds", problems)
    predicates = _entries(Predicate, raw.get("predicates", {}), "predicates", problems)
    return Ontology(head.name if head else "", head.version if head else "", kinds, predicates), problems


def _entries(model: type[M], raw: Any, table: str, problems: list[Problem]) -> dict[str, M]:  # noqa: ANN401
    if not isinstance(raw, dict):
        problems.append(Problem(table, raw, f"is {raw!r}", f"tables [{table}.NAME]"))
        return {}
    read = {name: _validated(model, fields, f"{table}.{name}", problems) for name, fields in raw.items()}
    return {name: entry for name, entry in read.items() if entry is not None}


def _validated(model: type[M], raw: Any, entry: str, problems: list[Problem]) -> M | None:  # noqa: ANN401
    """`raw` as a `model`. For each field that is wrong or missing there is a problem, and the entry is what the others
    make of it: so that what else is wrong with it is found at once."""
    if not isinstance(raw, dict):
        problems.append(Problem(entry, raw, "is missing" if raw is None else f"is {raw!r}", f"a table [{entry}]"))
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        details = error.errors()
    problems += [unreadable(entry, each, model) for each in details]
    wrong = {each["loc"][0] for each in details}
    kept: dict[str, Any] = {name: value for name, value in raw.items() if name not in wrong}
    missing = [name for name, field in model.model_fields.items() if name in wrong and field.is_required()]
    if not missing:
        return model.model_validate(kept)
    return model.model_construct(**(kept | dict.fromkeys(missing, ())))


def _extended(default: Ontology, own: Ontology) -> Ontology:
    """The default with the entries of `own` added or put in place of its own. What a kind of `own` claims (a label, a
    word, a role, a name) is taken from the default's kinds, and of predicates that fit, those of `own` come first."""
    claimed = {name: {each for kind in own.kinds.values() for each in getattr(kind, name)} for name in _CLAIMED}
    kept = {
        name: kind.model_copy(
            update={each: tuple(word for word in getattr(kind, each) if word not in claimed[each]) for each in _CLAIMED}
        )
        for name, kind in default.kinds.items()
    }
    predicates = {name: each for name, each in default.predicates.items() if name not in own.predicates}
    return Ontology(own.name, own.version, {**kept, **own.kinds}, {**own.predicates, **predicates})
