"""Within one document: which mentions stand for the same thing, and by which rule each was joined."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.text import names

if TYPE_CHECKING:
    from pipeline.text.mentions import RawMention

MAX_PRONOUN_DISTANCE_CHARS = 600
MAX_DESCRIPTION_DISTANCE_CHARS = 800
SUBJECT_BONUS_CHARS = 120
NEVER_IT = frozenset({"Person", "Group", "Place", UNKNOWN_KIND})
GENERAL_NOUNS = frozenset({"company", "firm", "business", "organisation", "organization", "town", "city"})


@dataclass(slots=True)
class Cluster:
    """The mentions of one thing: (mention index, rule). `alias` holds further names that a text gives it."""

    members: list[tuple[int, str]] = field(default_factory=list)
    gender: str | None = None
    normal: str = ""
    kind: str = UNKNOWN_KIND


def cluster(mentions: list[RawMention], title: str) -> dict[int, tuple[Cluster, str]]:
    """Mention index -> its cluster and the rule that joined it; values and unresolved pronouns have none.

    Names come first (equal names, then acronyms and short forms of fuller ones), then roles, then pronouns, which take
    the nearest person before them whose gender does not forbid it; "it" takes
    the nearest organisation where it acts, the nearest thing that was made where something is done to it.
    """
    clusters = _Clusters(mentions, f" {names.fold(title)} ")
    clusters.join_names()
    clusters.join_short_forms()
    clusters.join_roles()
    clusters.join_pronouns()
    return clusters.assigned


class _Clusters:
    def __init__(self, mentions: list[RawMention], title: str) -> None:
        self.mentions = mentions
        self.title = title
        self.assigned: dict[int, tuple[Cluster, str]] = {}
        self.named: dict[str, Cluster] = {}

    def _join(self, target: Cluster, index: int, rule: str) -> None:
        target.members.append((index, rule))
        target.gender = target.gender or self.mentions[index].gender
        self.assigned[index] = (target, rule)

    def join_names(self) -> None:
        for index, mention in enumerate(self.mentions):
            if mention.form == "name":
                key = normal = names.normalise(mention.surface, mention.kind)
                if normal in self.named and _clash(self.named[normal].gender, mention.gender):
                    key = f"{normal} ({mention.gender})"
                target = self.named.setdefault(key, Cluster(normal=normal))
                self._join(target, index, "same-name" if target.members else "name")
        for target in self.named.values():
            target.kind = voted_kind([self.mentions[index] for index, _ in target.members])

    def join_short_forms(self) -> None:
        """Each name that is a short form joins the fuller name nearest to it, an earlier one if there is any."""
        fuller = self._fuller_names()
        for key, target in list(self.named.items()):
            candidates = [each for each in fuller.get(target.normal, []) if self._compatible(target, each)]
            if not candidates:
                continue
            rule = "short-form" if len(candidates) == 1 else "short-form-nearest"
            for index, _ in target.members:
                self._join(self._nearest(index, candidates), index, rule)
            del self.named[key]

    def _fuller_names(self) -> dict[str, list[Cluster]]:
        """Short form -> the clusters it may stand for."""
        fuller: dict[str, list[Cluster]] = defaultdict(list)
        for target in self.named.values():
            words = target.normal.split()
            if len(words) < 2:
                continue
            if target.kind == "Person":
                fuller[words[-1]].append(target)
                fuller[words[0]].append(target)
                continue
            if target.kind == UNKNOWN_KIND:
                fuller[words[-1]].append(target)
            if target.kind in {"Organization", UNKNOWN_KIND}:
                for length in range(1, len(words)):
                    fuller[" ".join(words[:length])].append(target)
            surface = self.mentions[target.members[0][0]].surface
            for acronym in self._acronyms():
                if names.is_acronym_of(acronym, surface):
                    fuller[names.fold(acronym)].append(target)
        return fuller

    def _acronyms(self) -> list[str]:
        surfaces = {self.mentions[target.members[0][0]].surface for target in self.named.values()}
        return sorted(surface for surface in surfaces if surface.isupper() and 2 <= len(surface) <= 8)

    def _compatible(self, short: Cluster, full: Cluster) -> bool:
        if short is full or _clash(short.gender, full.gender):
            return False
        if full.kind == UNKNOWN_KIND and short.normal == full.normal.split()[-1]:
            return short.kind == "Person"
        if full.kind == "Person":
            return short.kind in {"Person", UNKNOWN_KIND, "Organization", "Place"}
        return short.kind in {full.kind, UNKNOWN_KIND}

    def _nearest(self, index: int, candidates: list[Cluster]) -> Cluster:
        start = self.mentions[index].start
        gender = self.mentions[index].gender

        def distance(target: Cluster) -> tuple[bool, bool, int]:
            starts = [self.mentions[member].start for member, _ in target.members]
            before = [start - each for each in starts if each <= start]
            return (_clash(gender, target.gender), not before, min(before) if before else min(starts) - start)

        return min(candidates, key=distance)

    def join_roles(self) -> None:
        """People known by a role alone are entities of their own; "the museum" is a museum named shortly before."""
        roles: dict[str, Cluster] = {}
        named: list[int] = []
        for index, mention in enumerate(self.mentions):
            if mention.form == "name":
                named.append(index)
            elif mention.form == "role" and mention.kind == "Person":
                normal = names.fold(mention.surface)
                target = roles.setdefault(normal, Cluster(normal=normal, kind=mention.kind))
                self._join(target, index, "same-role" if target.members else "role")
            elif mention.form == "role" and (described := self._described(mention, named)) is not None:
                self._join(described, index, "description")
                named.append(index)

    def _described(self, mention: RawMention, named: list[int]) -> Cluster | None:
        """The last named cluster before `mention` that its noun can describe: one with that very noun in its name, or
        any of its kind when the noun is a general one; then the one that the title names goes first."""
        if mention.noun in GENERAL_NOUNS:
            titled = [
                each for each in self.named.values() if each.kind == mention.kind and f" {each.normal} " in self.title
            ]
            if len(titled) == 1:
                return titled[0]
        for index in reversed(named):
            if mention.start - self.mentions[index].start > MAX_DESCRIPTION_DISTANCE_CHARS:
                return None
            target = self.assigned[index][0]
            if mention.noun in target.normal.split() or (mention.noun in GENERAL_NOUNS and target.kind == mention.kind):
                return target
        return None

    def join_pronouns(self) -> None:
        before: dict[str, list[tuple[int, Cluster]]] = defaultdict(list)
        for index, mention in enumerate(self.mentions):
            if mention.form == "pronoun":
                target = self._antecedent(mention, before[mention.kind])
                if target is None:
                    continue
                self._join(target, index, "pronoun")
                before[mention.kind].append((index, target))
            elif index in self.assigned and (mention.form == "name" or mention.kind != "Person"):
                target = self.assigned[index][0]
                before[target.kind].append((index, target))
                if target.kind not in NEVER_IT:
                    before[UNKNOWN_KIND].append((index, target))

    def _antecedent(self, pronoun: RawMention, before: list[tuple[int, Cluster]]) -> Cluster | None:
        """The nearest of `before`, one that is a subject counting as nearer, whose gender does not forbid it."""
        best: tuple[int, Cluster] | None = None
        for index, target in reversed(before):
            mention = self.mentions[index]
            gap = pronoun.start - mention.start
            if gap > MAX_PRONOUN_DISTANCE_CHARS:
                break
            if target.gender is not None and target.gender != pronoun.gender:
                continue
            distance = gap - (SUBJECT_BONUS_CHARS if mention.subject else 0)
            if best is None or distance < best[0]:
                best = (distance, target)
        return None if best is None else best[1]


def _clash(one: str | None, other: str | None) -> bool:
    """Whether two genders are both known and not the same."""
    return one is not None and other is not None and one != other


def voted_kind(mentions: list[RawMention]) -> str:
    """The kind most mentions have; the unknown kind only when no mention has another. Ties go to the first seen."""
    votes = Counter(mention.kind for mention in mentions if mention.kind != UNKNOWN_KIND)
    return votes.most_common(1)[0][0] if votes else UNKNOWN_KIND
