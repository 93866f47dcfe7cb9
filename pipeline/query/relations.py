"""The relations that questions chain, and the words that name them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

End = Literal["subject", "object", "either"]
AnswerKind = Literal["person", "organization", "place", "country", "date", "thing"]
Gender = Literal["m", "f"]


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation, asked of something named. `predicates` are the ontology's predicates that hold it, each with the
    end at which the named one stands; `answer` is what stands at the other; `cue` is what a fact's quote must match."""

    name: str
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    predicates: tuple[tuple[str, End], ...]
    answer: AnswerKind
    gender: Gender | None
    cue: re.Pattern[str] | None


@cache
def relations() -> dict[str, Relation]:
    """All relations by name, in the file's order."""
    return {name: _relation(name, row) for name, row in _table().items() if name != "compounds"}


@cache
def by_noun() -> dict[str, tuple[str, ...]]:
    """Noun -> the relations it names, the one nearest to the name first."""
    nouns = {noun: (each.name,) for each in relations().values() for noun in each.nouns}
    compounds = {noun: tuple(names) for noun, names in _table()["compounds"].items()}
    return nouns | compounds


@cache
def by_verb() -> dict[str, str]:
    """Verb -> the relation of the one who did it to the named one."""
    return {verb: each.name for each in relations().values() for verb in each.verbs}


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("pipeline.query") / "relations.toml").read_text(encoding="utf-8"))


def _relation(name: str, row: dict[str, list[str]]) -> Relation:
    predicates = tuple(cast("tuple[str, End]", tuple(each.split())) for each in row.get("predicates", ()))
    cue = row.get("cue")
    return Relation(
        name=name,
        nouns=tuple(row.get("nouns", ())),
        verbs=tuple(row.get("verbs", ())),
        predicates=predicates,
        answer=cast("AnswerKind", row["answer"]),
        gender=cast("Gender | None", row.get("gender")),
        cue=re.compile(str(cue)) if cue else None,
    )
