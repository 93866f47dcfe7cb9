"""Which named thing a definite description stands for: one that the text called so ("the capital", "President X"), one
with that noun in its name, or the last one of its kind."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pipeline.ingest.extract.clusters import root_of
from pipeline.ingest.extract.places import COUNTRIES, is_known
from pipeline.text import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.clusters import Cluster, Joined
    from pipeline.ingest.extract.cues import Context
    from pipeline.text.mentions import RawMention

MAX_DESCRIPTION_DISTANCE_CHARS = 800
MAX_TITLE_WORDS = 6
FIRMS = frozenset({"company", "firm", "business", "corporation", "enterprise", "manufacturer", "subsidiary"})
TOWNS = frozenset({"city", "town", "capital", "municipality", "port"})
VILLAGES = frozenset({"village", "hamlet", "settlement"})
STATES = frozenset({"country", "nation", "state", "kingdom", "republic"})
GENERAL_NOUNS = frozenset(
    {"company", "firm", "business", "organisation", "organization", "agency", "town", "city", "village"}
)
CITIES_TOO = frozenset({"new york", "luxembourg", "monaco", "vatican city"})
OTHER_OFFICE = frozenset("vice deputy assistant associate former ex past attorney secretary inspector".split())


class Described:
    """The named things of one document by what it calls them. `assigned` grows while descriptions are joined."""

    def __init__(
        self,
        mentions: Sequence[RawMention],
        contexts: Sequence[Context],
        assigned: Mapping[int, Joined],
        ontology: Ontology,
    ) -> None:
        self.mentions = mentions
        self.contexts = contexts
        self.assigned = assigned
        self.ontology = ontology
        self.called: dict[str, dict[Cluster, None]] = defaultdict(dict)

    def call(self, target: Cluster, phrase: str) -> None:
        """The text calls `target` so: "Prime Minister" is the prime minister and the minister, "Vice President" no
        president."""
        words = names.fold(phrase).split()[-MAX_TITLE_WORDS:]
        if target.family != "person":
            target.nouns.update(words[-1:])
        for start in range(len(words)):
            if not start or words[start - 1] not in OTHER_OFFICE:
                self.called[" ".join(words[start:])][target] = None

    def named(self, mention: RawMention, before: Sequence[int], about: Cluster | None) -> Cluster | None:
        """What `mention` stands for among the mentions `before` it, in order of the text, and what the document is
        `about`; `None` where nothing fits or, of people and countries, more than one does. A noun with a capital ("the
        Company") is what alone was called so, however far before."""
        bearers = self._bearers(mention) if mention.definite and mention.surface[0].isupper() else []
        if len(bearers) == 1:
            return bearers[0]
        if self.ontology.families.get(mention.kind) == "person":
            return self._bearer(mention, before)
        if mention.noun in STATES:
            return self._state(mention, before)
        general = mention.definite and (mention.noun in GENERAL_NOUNS or mention.noun == mention.kind.lower())
        if general and about is not None and self._may_be_called(about, mention):
            return about
        return self._thing(mention, before, general=general)

    def _bearer(self, mention: RawMention, before: Sequence[int]) -> Cluster | None:
        bearers = self._bearers(mention) if mention.definite else []
        if len(bearers) > 1:
            return None
        for index in self._near(mention, before):
            target = self.assigned[index].cluster
            if target in bearers or mention.noun in target.nouns:
                return target
        return None

    def _bearers(self, mention: RawMention) -> list[Cluster]:
        """Those named before `mention` who are called so anywhere in the document, or two of them."""
        found: dict[Cluster, None] = {}
        for each in map(root_of, self.called.get(names.fold(mention.surface), ())):
            if each.starts and each.starts[0] < mention.start:
                found[each] = None
            if len(found) > 1:
                break
        return list(found)

    def _state(self, mention: RawMention, before: Sequence[int]) -> Cluster | None:
        """What was called a country or has the noun in its name, else the only country named shortly before."""
        countries: dict[Cluster, None] = {}
        for index in self._near(mention, before):
            target = self.assigned[index].cluster
            if target.nouns & STATES or (mention.definite and self._has_in_name(target, mention.noun)):
                return target
            if COUNTRIES.intersection(target.normals):
                countries[target] = None
        known = mention.definite and mention.noun == "country" and len(countries) == 1  # "the nation" may be one's own
        return next(iter(countries)) if known else None

    def _thing(self, mention: RawMention, before: Sequence[int], *, general: bool) -> Cluster | None:
        """The last thing that was called so or has the noun in its name; before it goes a later one of its kind that is
        the subject of its sentence, and where there is none, the last of its kind."""
        likely: int | None = None
        for index in self._near(mention, before):
            target = self.assigned[index].cluster
            if likely is not None and self.mentions[likely].subject and self._sentence(index) < self._sentence(likely):
                break
            if target.nouns & _alike(mention.noun):
                return target
            if self.mentions[index].form != "name":
                continue
            if mention.definite and self._has_in_name(target, mention.noun):
                return target
            if general and self._may_be_called(target, mention) and self._is_likelier(index, likely):
                likely = index
        return None if likely is None else self.assigned[likely].cluster

    def _has_in_name(self, target: Cluster, noun: str) -> bool:
        return any(noun in normal.split() for normal in target.normals)

    def _is_likelier(self, index: int, likely: int | None) -> bool:
        """Whether the name at `index` is more likely meant than the later one: as the subject of the same sentence."""
        if likely is None:
            return True
        same = self._sentence(index) == self._sentence(likely)
        return same and self.mentions[index].subject and not self.mentions[likely].subject

    def _sentence(self, index: int) -> int:
        return self.contexts[index].sentence

    def _near(self, mention: RawMention, before: Sequence[int]) -> Iterator[int]:
        """The mentions shortly before `mention`, the last first."""
        for index in reversed(before):
            if mention.start - self.mentions[index].start > MAX_DESCRIPTION_DISTANCE_CHARS:
                return
            yield index

    def _may_be_called(self, target: Cluster, mention: RawMention) -> bool:
        """Whether a general noun can mean a thing of that kind: an airline is a company, but no bridge is a town, and
        no country is one."""
        if self.ontology.families.get(mention.kind) != "place":
            return mention.kind in self.ontology.ancestors(target.kind)
        larger = any(is_known(normal) and normal not in CITIES_TOO for normal in target.normals)
        return target.kind == mention.kind and not larger


def _alike(noun: str) -> frozenset[str]:
    """The nouns that mean about the same as `noun` in this respect, with itself."""
    return next((nouns for nouns in (FIRMS, TOWNS, VILLAGES) if noun in nouns), frozenset({noun}))
