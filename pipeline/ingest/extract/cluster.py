"""Within one document: which mentions stand for the same thing, by which rule each was joined, and how surely."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict, deque
from functools import cached_property
from typing import TYPE_CHECKING

from graph_schema.ontology import UNKNOWN_KIND
from pipeline.ingest.extract import variants
from pipeline.ingest.extract.clusters import Cluster, Clusters, Joined, root_of
from pipeline.ingest.extract.described import Described
from pipeline.ingest.extract.pronouns import MAX_DISTANCE_CHARS, PRONOUNS, Candidate, best_antecedent
from pipeline.ingest.extract.unnamed import Unnamed, is_plural
from pipeline.ingest.extract.votes import voted_kind
from pipeline.text import names
from pipeline.text.descriptions import INSTITUTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.cues import Cues, Link
    from pipeline.text.mentions import RawMention

MAX_RECENT = 60
NAME_LINKS = frozenset({"abbreviation", "alias", "birth-name", "defined", "renamed"})
CONFIDENCE = {
    "name": 1.0, "same-name": 0.95, "short-form": 0.85, "short-form-nearest": 0.6, "role": 1.0, "same-role": 0.8,
    "description": 0.7, "unnamed": 1.0, "same-unnamed": 0.7,
}  # fmt: skip
_NORMAL_KIND = {"person": "Person", "organization": "Organization"}


class Clusterer:
    """Clusters the mentions of documents under one ontology.

    What matters of a kind is the name recogniser's label that it or a parent holds (PERSON, ORG, ...), not its name.
    """

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.families = {**ontology.families, UNKNOWN_KIND: "unknown"}

    def __call__(self, mentions: Sequence[RawMention], cues: Cues, title: str) -> Clusters:
        """Names come first (equal names, names that the text says are one, short forms of fuller ones), then described
        nouns and roles, then pronouns."""
        document = _Document(mentions, cues, title, self)
        document.join_names()
        document.link_names()
        document.join_short_forms()
        document.join_described()
        document.join_roles()
        document.join_unnamed()
        document.join_pronouns()
        return Clusters(document.assigned, document.about)


class _Document:
    def __init__(self, mentions: Sequence[RawMention], cues: Cues, title: str, clusterer: Clusterer) -> None:
        self.mentions = mentions
        self.cues = cues
        self.title = title
        self.clusterer = clusterer
        self.order = sorted(range(len(mentions)), key=lambda index: mentions[index].start)
        self.assigned: dict[int, Joined] = {}
        self.named: list[Cluster] = []
        self.described = Described(mentions, cues.contexts, self.assigned, clusterer.ontology)
        self.hints: dict[int, list[str]] = defaultdict(list)
        for hint in cues.hints:
            self.hints[hint.mention].append(hint.kind)

    # building blocks

    def _join(self, target: Cluster, index: int, rule: str, confidence: float | None = None) -> None:
        target.members.append(index)
        target.gender = target.gender or self.mentions[index].gender
        self.assigned[index] = Joined(target, rule, CONFIDENCE[rule] if confidence is None else confidence)

    def _merge(self, target: Cluster, other: Cluster, rule: str, confidence: float) -> None:
        """`other` becomes part of `target`; what founded it is now joined by `rule`."""
        for index in other.members:
            known = self.assigned[index]
            founding = known.rule in {"name", "role"}
            self.assigned[index] = Joined(target, rule if founding else known.rule, min(known.confidence, confidence))
        target.members += other.members
        target.normals += other.normals
        target.nouns |= other.nouns
        target.gender = target.gender or other.gender
        target.starts = sorted([*target.starts, *other.starts])
        if target.kind == UNKNOWN_KIND:
            target.kind, target.family = other.kind, other.family
        other.members, other.into = [], target

    # names

    def join_names(self) -> None:
        """Equal names are one, but for people whose titles or generations differ and things whose numbers do."""
        folded: dict[str, list[int]] = defaultdict(list)
        for index in self.order:
            if self.mentions[index].form == "name":
                folded[names.fold(self.mentions[index].surface)].append(index)
        groups: dict[str, dict[str | None, list[int]]] = defaultdict(lambda: defaultdict(list))
        for indices in folded.values():
            family = self.clusterer.families.get(self._voted(indices), "other")
            for index in indices:
                groups[self._key(index, family)][self.mentions[index].gender].append(index)
        for key, by_gender in sorted(groups.items(), key=lambda item: min(min(each) for each in item[1].values())):
            self._found(key, by_gender)

    def _key(self, index: int, family: str) -> str:
        surface = self.mentions[index].surface
        normal = names.normalise(variants.bare(surface), _NORMAL_KIND.get(family, family))
        if family == "person":
            generation = variants.generation(surface)
            return f"{normal} ({generation})" if generation and not normal.endswith(generation) else normal
        qualifier = self.cues.contexts[index].qualifier
        return f"{normal} #{qualifier}" if qualifier else variants.unspelled(normal)

    def _found(self, key: str, by_gender: dict[str | None, list[int]]) -> None:
        """One cluster for a name; two when titles say that a man and a woman bear it, and then a bare name is whichever
        was named last."""
        normal = key.partition(" (")[0].partition(" #")[0]
        open_to = by_gender.pop(None, []) if {"m", "f"} <= by_gender.keys() else []
        groups = list(by_gender.values()) if open_to or {"m", "f"} <= by_gender.keys() else [_merged(by_gender)]
        found = []
        for indices in groups:
            target = Cluster(normals=[normal], starts=[self.mentions[index].start for index in indices])
            for index in indices:
                self._join(target, index, "same-name" if target.members else "name")
            found.append(target)
        for index in open_to:
            self._join(self._nearest(index, found), index, "short-form-nearest")
        for target in found:
            self._describe(target)
        self.named += found

    def _describe(self, target: Cluster) -> None:
        target.kind = self._voted(target.members)
        target.family = self.clusterer.families.get(target.kind, "other")
        if target.gender is None and target.family == "person":
            given = {variants.gender_of_given_name(normal) for normal in target.normals} - {None}
            target.gender = given.pop() if len(given) == 1 else None

    def _voted(self, indices: list[int]) -> str:
        hints = [kind for index in indices for kind in self.hints.get(index, ())]
        indices = [index for index in indices if variants.is_firm(self.mentions[index].surface)] or indices
        return voted_kind((self.mentions[index] for index in indices), hints, self.clusterer.ontology)

    def link_names(self) -> None:
        """Names that the text itself says are one: abbreviations in brackets, (the "Company"), "also known as"."""
        for link in self.cues.links:
            if link.rule in NAME_LINKS and link.first in self.assigned and link.second in self.assigned:
                self._link(link)

    def _link(self, link: Link) -> None:
        target, other = self.assigned[link.first].cluster, self.assigned[link.second].cluster
        families = {target.family, other.family}
        if target is other or _clash(target.gender, other.gender):
            return
        if link.rule == "renamed" and families == {"person", "place"}:
            return
        if link.rule == "birth-name" and not families <= {"person", "unknown"}:
            return
        if link.rule == "defined":
            self._define(target, other, link)
        else:
            self._merge(target, other, link.rule, link.confidence)
            self._describe(target)
        if link.rule == "birth-name":
            whole = variants.name_of_birth(target.normals[0], names.fold(self.mentions[link.second].surface))
            for each in [each for each in self.named if each is not target and whole in each.normals and not each.into]:
                self._merge(target, each, link.rule, link.confidence)

    def _define(self, target: Cluster, short: Cluster, link: Link) -> None:
        """A short form that the text states is that wherever it is used; of its kind it says nothing ("Brook")."""
        members, kind, family, gender = short.members, target.kind, target.family, target.gender
        self._merge(target, short, link.rule, link.confidence)
        for index in members:
            self.assigned[index] = Joined(target, link.rule, link.confidence)
        if kind != UNKNOWN_KIND:
            target.kind, target.family, target.gender = kind, family, gender

    # short forms

    def join_short_forms(self) -> None:
        """Each name that is a short form joins the fuller name; of several the one nearest to it, an earlier one if
        there is any. Longer short forms go first, so that Berg finds A. Berg already within Anna Berg."""
        fuller = self._fuller()
        shorter = sorted(
            ((-len(normal.split()), target.starts[0], normal, target)
             for target in self.named if target.into is None for normal in dict.fromkeys(target.normals)),
            key=lambda item: item[:3],
        )  # fmt: skip
        for _, _, normal, short in shorter:
            titled = normal in self.clusterer.ontology.kind_of_role
            if short.into is None and short.members and not titled:
                known = fuller.get(normal, [])
                if normal in INSTITUTIONS:  # "Congress", before anything spoke of a "World Peace Congress"
                    known = [each for each in known if each.starts[0] < short.starts[0]]
                self._join_short_form(short, normal, known)

    def _join_short_form(self, short: Cluster, normal: str, fuller: list[Cluster]) -> None:
        found = dict.fromkeys(root_of(each) for each in fuller)
        possible = [each for each in found if each is not short and self._compatible(short, normal, each)]
        candidates = [each for each in possible if not _clash(self._gender(short, normal, each), each.gender)]
        titled = any(self.mentions[index].gender for index in short.members)
        if len(possible) > len(candidates) and titled and " " not in normal:
            said = ((index, self.mentions[index]) for index in short.members)
            bare = [index for index, each in said if each.gender is None and names.fold(each.surface) == normal]
            self._part(short, bare, candidates, possible)
        elif len(candidates) == 1:
            self._merge(candidates[0], short, "short-form", CONFIDENCE["short-form"])
        elif len(short.normals) == 1 and (candidates := self._likely(candidates)):
            members, short.members = short.members, []
            for index in members:
                self._join(self._nearest(index, candidates), index, "short-form-nearest")

    def _gender(self, short: Cluster, normal: str, full: Cluster) -> str | None:
        """The gender of a short form, as far as it tells whether it is short for `full`: that a surname is a given name
        too ("Anna Martin") says nothing."""
        if any(each.endswith(f" {normal}") for each in full.normals):
            return next((self.mentions[index].gender for index in short.members if self.mentions[index].gender), None)
        return short.gender

    def _part(self, short: Cluster, bare: list[int], candidates: list[Cluster], possible: list[Cluster]) -> None:
        """Of a man and a woman of one surname the title tells who is meant; without it, it is who was named last."""
        short.members = [index for index in short.members if index not in bare]
        short.starts = [self.mentions[index].start for index in short.members]
        if len(candidates) == 1:
            self._merge(candidates[0], short, "short-form", CONFIDENCE["short-form"])
        bearers = [each for each in dict.fromkeys([*possible, root_of(short)]) if each.family == "person"]
        for index in bare:
            self._join(self._nearest(index, bearers or [short]), index, "short-form-nearest")

    def _likely(self, candidates: list[Cluster]) -> list[Cluster]:
        """Of several fuller names: the one that the document is about, else the people; what heads the names of several
        things (Halden of Halden Institute and Halden Press) is another thing."""
        if self.about in candidates:
            return [self.about]
        return [each for each in candidates if each.family == "person"]

    def _fuller(self) -> dict[str, list[Cluster]]:
        """Short form -> the clusters it may stand for; as many entries as names have words, a few times over."""
        fuller: dict[str, list[Cluster]] = defaultdict(list)
        for target in self.named:
            if target.into is not None:
                continue
            forms: dict[str, None] = {}
            for normal in target.normals:
                forms |= dict.fromkeys(self._forms(target, normal))
            for index in target.members:
                surface = self.mentions[index].surface
                if (nick := variants.nickname(surface)) is not None:
                    forms |= dict.fromkeys((nick, f"{nick} {target.normals[0].split()[-1]}"))
                if target.family != "person":
                    forms |= dict.fromkeys(sorted(variants.acronyms(surface)))
            for form in forms:
                fuller[form].append(target)
        return fuller

    def _forms(self, target: Cluster, normal: str) -> Iterable[str]:
        match target.family:
            case "person":
                return variants.person_forms(normal)
            case "place":
                return self._place_forms(normal)
            case "group":
                return ()
            case _:
                return (*self._heads(normal), *variants.tails(normal))

    def _heads(self, normal: str) -> Iterable[str]:
        """Halden Institute is Halden, but Halden Europe is another thing than Halden: the head of a name stands for it
        only when its last word says what it is."""
        last = normal.split()[-1]
        generic = last in self.clusterer.ontology.kind_of_last_word or last in names.LEGAL_FORMS
        return variants.heads(normal) if generic else ()

    def _place_forms(self, normal: str) -> Iterable[str]:
        """A place without the noun before it that says what it is: Mount Varde is Varde. The one before a noun is
        another place: Varde is not Varde County (a fifth of such pairs were one in Re-DocRED)."""
        words = normal.split()
        if len(words) > 1 and words[0] in self.clusterer.ontology.kind_of_first_word:
            yield " ".join(words[1:])

    def _compatible(self, short: Cluster, normal: str, full: Cluster) -> bool:
        """Whether a short form can be short for `full` by kind, whatever their genders."""
        single = " " not in normal
        acronym = single and variants.is_acronym(self.mentions[short.members[0]].surface)
        match full.family:
            case "person":
                return short.family in {"person", "unknown"} or single
            case "unknown" if short.family == "person":
                return single and any(normal == each.split()[-1] for each in full.normals)
            case "place" | "group":
                return short.family in {full.family, "unknown"} or acronym
            case _:
                surname = short.family == "person" and single and short.gender is None  # as "Hydro" is taken for one
                firm = any(variants.is_firm(self.mentions[index].surface) for index in full.members)
                return short.family in {full.family, "unknown", "other"} or acronym or (surname and firm)

    def _nearest(self, index: int, candidates: Sequence[Cluster]) -> Cluster:
        """The candidate named last before the mention, else the one named first after it."""
        start, gender = self.mentions[index].start, self.mentions[index].gender

        def distance(target: Cluster) -> tuple[bool, bool, int]:
            position = bisect_right(target.starts, start)
            before = position > 0
            gap = start - target.starts[position - 1] if before else target.starts[0] - start
            return _clash(gender, target.gender), not before, gap

        return min(candidates, key=distance)

    # described nouns and roles

    def join_described(self) -> None:
        """What a sentence calls a named thing: "X, the founder of Y", "Foreign Minister X", "X is a town"."""
        for each in self.cues.called:
            if each.mention in self.assigned:
                self.described.call(self.assigned[each.mention].cluster, each.phrase)
        titles: dict[int, list[Link]] = defaultdict(list)
        for link in self.cues.links:
            if link.rule in NAME_LINKS or link.first not in self.assigned:
                continue
            target = self.assigned[link.first].cluster
            if link.rule == "title" and link.second in self.assigned:
                titles[id(self.assigned[link.second].cluster)].append(link)
            elif link.rule in {"apposition", "copula"} and link.second not in self.assigned:
                target.nouns.add(self.mentions[link.second].noun)
                self.described.call(target, self.mentions[link.second].surface)
                self._join(target, link.second, link.rule, link.confidence)
        for links in titles.values():
            self._join_titles(links)

    def _join_titles(self, links: list[Link]) -> None:
        """A title that one bears is another name of that one; of several bearers each has it where it is said."""
        bearers = dict.fromkeys(id(self.assigned[link.first].cluster) for link in links)
        title = self.assigned[links[0].second].cluster
        target = self.assigned[links[0].first].cluster
        if len(bearers) == 1 and title is not target:
            self._merge(target, title, "title", links[0].confidence)
        elif len(bearers) > 1:
            for link in links:
                bearer = self.assigned[link.first].cluster
                if bearer is not title and link.second in title.members:
                    title.members.remove(link.second)
                    self._join(bearer, link.second, "title", link.confidence)

    def join_roles(self) -> None:
        """A role is whom the text called so before; someone known by a role alone is an entity of its own; "the museum"
        is a museum named shortly before."""
        roles: dict[str, Cluster] = {}
        before: list[int] = []
        for index in self.order:
            mention = self.mentions[index]
            if index in self.assigned:
                before.append(index)
            elif mention.form == "role":
                target = self.described.named(mention, before, self.about)
                if target is not None:
                    self._join(target, index, "description")
                    before.append(index)
                elif self.clusterer.families.get(mention.kind) == "person":
                    self._join_role(mention, index, roles)

    def _join_role(self, mention: RawMention, index: int, roles: dict[str, Cluster]) -> None:
        normal = names.fold(mention.surface)
        target = roles.setdefault(normal, Cluster(normals=[normal], kind=mention.kind, family="person"))
        self._join(target, index, "same-role" if target.members else "role")

    def join_unnamed(self) -> None:
        """A description, or a role that nothing before bears, is what was named or described so before, where that is
        sure, else a thing of its own."""
        unnamed = Unnamed()
        before: list[int] = []
        for index in self.order:
            mention = self.mentions[index]
            if mention.form in {"description", "role"} and index not in self.assigned:
                singular = mention.definite and not is_plural(mention)
                named = self.described.named(mention, before, self.about) if singular else None
                whole = self._fuller_of(mention) if named is None and singular else None
                if whole is not None:
                    self._join(whole, index, "short-form")
                elif named is not None:
                    self._join(named, index, "description")
                else:
                    self._join_unnamed(index, unnamed)
            elif index in self.assigned:
                before.append(index)

    def _join_unnamed(self, index: int, unnamed: Unnamed) -> None:
        mention = self.mentions[index]
        known = unnamed.known(mention)
        if known is not None:
            self._join(known, index, "same-unnamed")
        else:
            self._join(Cluster(kind=mention.kind, family=self._family_of(mention)), index, "unnamed")
        unnamed.add(mention, self.assigned[index].cluster)

    def _fuller_of(self, described: RawMention) -> Cluster | None:
        """The one name in the document that a noun with a capital is short for: "the Bank" of "Norvik Bank"."""
        if not described.surface[0].isupper():
            return None
        noun = names.fold(described.surface)
        fuller = [
            each
            for each in self.named
            if each.into is None
            and each.family not in {"person", "group"}
            and any(" " in normal and noun in {normal.split()[0], normal.split()[-1]} for normal in each.normals)
        ]
        return fuller[0] if len(fuller) == 1 else None

    # what the document is about

    @property
    def about(self) -> Cluster | None:
        """What the document is about, wherever it was merged into."""
        return None if self._titled is None else root_of(self._titled)

    @cached_property
    def _titled(self) -> Cluster | None:
        """The entity whose name the title is, or else holds; of several the one mentioned most."""
        title = f" {names.fold(self.title)} "
        bases = [names.fold(base) for base in title_bases(self.title)]
        named = [each for each in self.named if each.into is None and each.members]
        exact = [each for each in named if any(self._has_name(each, base) for base in bases)]
        held = exact or [each for each in named if any(f" {normal} " in title for normal in each.normals)]
        return max(held, key=lambda each: (len(each.members), -each.starts[0]), default=None)

    def _has_name(self, target: Cluster, base: str) -> bool:
        return any(
            base == normal or (target.family == "person" and base in variants.person_forms(normal) and " " in base)
            for normal in target.normals
        )

    # pronouns

    def join_pronouns(self) -> None:
        """Relative words and speakers are what their sentence says; the others refer to what was named before."""
        linked = {link.second: link for link in self.cues.links if link.rule in {"relative", "speaker"}}
        before: deque[Candidate] = deque(maxlen=MAX_RECENT)
        counts: Counter[int] = Counter()
        for index in self.order:
            mention = self.mentions[index]
            if mention.form == "pronoun":
                self._join_pronoun(index, linked, before)
            if index in self.assigned and not self._is_no_antecedent(mention):
                target = self.assigned[index].cluster
                counts[id(target)] += 1
                before.append(self._candidate(index, target, counts[id(target)]))

    def _join_pronoun(self, index: int, linked: dict[int, Link], before: deque[Candidate]) -> None:
        mention = self.mentions[index]
        pronoun = PRONOUNS.get(mention.surface.lower())
        if index in linked:
            link = linked[index]
            if link.first in self.assigned:
                self._join(self.assigned[link.first].cluster, index, link.rule, link.confidence)
        elif pronoun is not None and pronoun.form not in {"relative", "speaker"}:
            near = [each for each in before if mention.start - each.start <= MAX_DISTANCE_CHARS]
            if not pronoun.plural:
                near = [each for each in near if self.mentions[each.index].form != "description"]
            found = best_antecedent(pronoun, mention.start, self.cues.contexts[index], near)
            if found is not None:
                target = self.assigned[found[0].index].cluster
                self._join(target, index, "pronoun", found[1])
                target.gender = target.gender or pronoun.gender

    def _family_of(self, described: RawMention) -> str:
        """The family of what has no name; several people are a group."""
        family = self.clusterer.families.get(described.kind, "other")
        return "group" if family == "person" and is_plural(described) else family

    def _is_no_antecedent(self, mention: RawMention) -> bool:
        """Whether a mention only describes one thing that is no body: no pronoun is read to stand for it."""
        family = self.clusterer.families.get(mention.kind)
        return mention.form == "description" and family != "organization" and not is_plural(mention)

    def _candidate(self, index: int, target: Cluster, count: int) -> Candidate:
        mention = self.mentions[index]
        return Candidate(
            index=index,
            start=mention.start,
            context=self.cues.contexts[index],
            entity=id(target),
            family=target.family,
            gender=target.gender,
            count=count,
            about=target is self.about,
            pronoun=PRONOUNS.get(mention.surface.lower()) if mention.form == "pronoun" else None,
        )


def title_bases(title: str) -> tuple[str, ...]:
    """What a title may name: what stands before its brackets, and of that what stands before a comma."""
    base = title.partition(" (")[0].strip() if title.rstrip().endswith(")") else title.strip()
    return tuple(dict.fromkeys(each for each in (base, base.partition(",")[0].strip()) if each))


def _merged(groups: dict[str | None, list[int]]) -> list[int]:
    return sorted(index for indices in groups.values() for index in indices)


def _clash(one: str | None, other: str | None) -> bool:
    """Whether two genders are both known and not the same."""
    return one is not None and other is not None and one != other
