"""Extraction by rules: mentions, within-document entities and claims, without a language model."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from graph_schema.errors import EvidenceError, GroundplanError
from graph_schema.keys import digest
from graph_schema.models import Evidence, Failed, LocalEntity, Mention, StatedValue, Value
from pipeline.ingest.extract.claims import Argument, ClaimBuilder, consistent, is_said_of_another, strongest
from pipeline.ingest.extract.cluster import Clusterer, title_bases
from pipeline.ingest.extract.cues import CueReader, Cues, joined
from pipeline.ingest.extract.headers import HeaderReader, Line, Person, header_lines, without_headers
from pipeline.ingest.extract.relations import RawRelation, RelationFinder
from pipeline.ingest.extract.typed import Typed, TypedFinder
from pipeline.ingest.extract.variants import name_of_birth
from pipeline.text import names, nlp
from pipeline.text.lines import unwrap
from pipeline.text.mentions import MentionFinder, RawMention
from pipeline.text.tagger import default_tagger
from pipeline.text.truecase import Dictionary, Truecaser
from pipeline.text.weights import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from graph_schema.models import Chunk, Claim, Document
    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.clusters import Clusters, Joined
    from pipeline.text.tagger import Tags

VERSION = "7"
WEIGHTS = ("names", "relations")
SECOND_NAMES = frozenset({"abbreviation", "alias", "birth-name", "defined"})
PARSE_BATCH_CHUNKS = 64
MAX_EXTRACT_CHARS = 20_000_000


@dataclass(frozen=True, slots=True)
class Segmented:
    """What `segment` yields and `extract` takes: a document and the chunks that partition it."""

    document: Document
    chunks: tuple[Chunk, ...]


@dataclass(slots=True)
class _Analysis:
    """What one chunk says, before its document is put together; mention indices are the chunk's own. `people` are
    those of the header lines of a mail."""

    mentions: list[RawMention]
    relations: list[RawRelation]
    typed: list[Typed]
    cues: Cues
    people: list[Person]


class RulesExtractor:
    """The `extract` stage: a batch of segmented documents in, as many results in the same order out.

    Cheap to construct; `setup` loads the model once a worker. Mentions, quotes and relations never cross a chunk's
    border; entities join mentions over the whole document.
    """

    name = "extract"
    version = VERSION

    def __init__(self, model: str, ontology: Ontology, *, max_extract_chars: int = MAX_EXTRACT_CHARS) -> None:
        self.max_extract_chars = max_extract_chars
        self.model = model
        self.ontology = ontology
        self.roles = frozenset(
            noun for noun, kind in ontology.kind_of_role.items() if ontology.families[kind] == "person"
        )
        self.functional = frozenset(name for name, each in ontology.predicates.items() if each.functional)
        self.find_mentions = MentionFinder(ontology)
        self.find_typed = TypedFinder(ontology)
        self.build_claims = ClaimBuilder(ontology)
        self.cluster = Clusterer(ontology)
        self.headers = HeaderReader(ontology)
        self.nlp: Language | None = None
        self.truecase: Callable[[str], str] = str

    def setup(self) -> str:
        """Load the model. Returns the fingerprint."""
        self.nlp = nlp.load(self.model)
        self.truecase = Truecaser(default_tagger().lexicon, Dictionary.of(self.nlp))
        return self.fingerprint()

    def fingerprint(self) -> str:
        """Hash of all that decides what is extracted: documents count as extracted under it. Loads no model."""
        weights = [fingerprint(name) for name in WEIGHTS]
        return digest("extractor", VERSION, nlp.fingerprint(self.model), *weights, self.ontology.fingerprint)

    def __call__(self, batch: Sequence[Segmented]) -> list[Evidence | Failed]:
        """Extract a batch; a document that cannot be extracted is a `Failed` in its place."""
        limit = self.max_extract_chars
        results = iter(self._attempted([each for each in batch if each.document.length <= limit]))
        return [
            next(results) if each.document.length <= limit else _failed(each.document, _too_long(each.document, limit))
            for each in batch
        ]

    def _attempted(self, batch: Sequence[Segmented]) -> list[Evidence | Failed]:
        try:
            return list(self._extract(batch))
        except Exception as error:
            if len(batch) == 1:
                return [_failed(batch[0].document, error)]
            return [result for each in batch for result in self._attempted([each])]

    def _extract(self, batch: Sequence[Segmented]) -> Iterator[Evidence]:
        analyses = self._analyses(
            (chunk, lines, each.document.date)
            for each in batch
            for chunk, lines in zip(each.chunks, header_lines(each.document, each.chunks), strict=True)
        )
        for each in batch:
            yield self._assemble(each, [next(analyses) for _ in each.chunks])

    def _analyses(self, given: Iterable[tuple[Chunk, list[Line], str | None]]) -> Iterator[_Analysis]:
        """What each chunk says, in order; each comes with its header lines and the date of its document, if any."""
        if self.nlp is None:
            self.setup()
        assert self.nlp is not None
        pairs = ((self._readable(chunk, lines), (chunk, lines, date)) for chunk, lines, date in given)
        parsed = self.nlp.pipe(pairs, as_tuples=True, batch_size=PARSE_BATCH_CHUNKS)
        while batch := list(islice(parsed, PARSE_BATCH_CHUNKS)):
            tags = self.find_mentions.tags([doc for doc, _ in batch])
            for (doc, (chunk, lines, date)), own in zip(batch, tags, strict=True):
                analysis = self._analyse(doc, chunk, date, own)
                analysis.people = self.headers.people(chunk, lines, analysis.mentions, analysis.cues)
                yield analysis

    def _readable(self, chunk: Chunk, lines: list[Line]) -> str:
        """A chunk's text, of the same length, as the parser reads it best."""
        return self.truecase(unwrap(without_headers(chunk.text, lines)))

    def _analyse(self, doc: Doc, chunk: Chunk, date: str | None, tags: Tags) -> _Analysis:
        found, at = self.find_mentions(doc, chunk.start, date, tags)
        read = CueReader(doc, found, at, self.ontology, chunk.start)
        cues, mentions, at = read(), read.mentions, read.at
        values = {index: mention.value for index, mention in enumerate(mentions) if mention.value is not None}
        people = frozenset(
            index
            for index, mention in enumerate(mentions)
            if mention.form == "name" and self.ontology.families.get(mention.kind) == "person"
        )
        described = frozenset(index for index, mention in enumerate(mentions) if mention.form == "description")
        find = RelationFinder(doc, at, values, self.roles, people, described)
        relations = [*find(), *find.places_within(mentions)]
        typed = self.build_claims.agreeing(self.find_typed(doc, mentions, find.named_at, find.stances), relations)
        return _Analysis(mentions, relations, typed, cues, [])

    def _assemble(self, segmented: Segmented, analyses: list[_Analysis]) -> Evidence:
        document, chunks = segmented.document, segmented.chunks
        mentions = [mention for analysis in analyses for mention in analysis.mentions]
        clusters = self.cluster(mentions, joined([analysis.cues for analysis in analyses]), document.title or "")
        assigned = clusters.assigned
        entities = self._entities(document, mentions, clusters)
        people = [each.start for each in entities.values() if self.ontology.families.get(each.kind) == "person"]
        arguments = {
            index: Argument(
                entities[id(each.cluster)],
                each.rule,
                sure=sum(start < mentions[index].start for start in people) == 1,
            )
            for index, each in assigned.items()
        }
        written: list[Mention] = []
        claims: list[Claim] = []
        header_people: list[Person] = []
        first = 0
        for chunk, analysis in zip(chunks, analyses, strict=True):
            indices = range(first, first + len(analysis.mentions))
            written += [
                _mention(chunk, mentions[index], arguments[index], assigned[index].confidence)
                for index in sorted(indices, key=lambda index: mentions[index].start)
                if index in arguments
            ]
            claims += self._claims(chunk, analysis, arguments, first)
            header_people += [replace(each, mention=each.mention + first) for each in analysis.people]
            first += len(analysis.mentions)
        claims += self.headers.claims(
            document, header_people, {index: each.entity for index, each in arguments.items()}
        )
        named = {entity.key: entity.name for entity in entities.values()}
        evidence = Evidence(
            document=document,
            chunks=chunks,
            entities=tuple(entities.values()),
            mentions=tuple(written),
            values=tuple(value for chunk, each in zip(chunks, analyses, strict=True) for value in _values(chunk, each)),
            claims=tuple(consistent(strongest(claims), self.functional, named)),
        )
        check_offsets(evidence)
        return evidence

    def _entities(self, document: Document, mentions: list[RawMention], clusters: Clusters) -> dict[int, LocalEntity]:
        """Identity of a cluster -> the local entity it is, in order of first mention."""
        members: dict[int, list[int]] = defaultdict(list)
        for index in sorted(clusters.assigned, key=lambda index: mentions[index].start):
            members[id(clusters.assigned[index].cluster)].append(index)
        about = id(clusters.about)
        return {
            each: self._entity(document, mentions, indices, clusters.assigned, about=each == about)
            for each, indices in members.items()
        }

    def _entity(
        self, document: Document, mentions: list[RawMention], indices: list[int], assigned: dict[int, Joined], *,
        about: bool,
    ) -> LocalEntity:  # fmt: skip
        named = [index for index in indices if mentions[index].form == "name" and assigned[index].rule != "title"]
        first_names = [index for index in named if assigned[index].rule not in SECOND_NAMES]
        nouns = [index for index in indices if mentions[index].form != "pronoun"]
        kind = assigned[indices[0]].cluster.kind
        surfaces = Counter(_one_line(mentions[index].surface) for index in first_names or named or nouns or indices)
        name = max(
            surfaces, key=lambda surface: (len(names.normalise(surface, kind).split()), surfaces[surface], surface)
        )
        aliases = {_one_line(mentions[index].surface) for index in named or nouns}
        births = (mentions[index].surface for index in named if assigned[index].rule == "birth-name")
        aliases |= {name_of_birth(name, _one_line(born)) for born in births}
        if about and document.title:
            aliases |= _title_aliases(document.title, surfaces)
        first = mentions[indices[0]]
        return LocalEntity(
            document=document.key,
            start=first.start,
            end=first.end,
            name=name,
            kind=kind,
            aliases=tuple(sorted(aliases - {name})),
            named=bool(named),
            about=about,
        )

    def _claims(self, chunk: Chunk, analysis: _Analysis, arguments: dict[int, Argument], first: int) -> Iterator[Claim]:
        relations: list[RawRelation | Typed] = [*analysis.relations, *analysis.typed]
        read: list[Claim] = []
        for relation in relations:
            subject = arguments.get(first + relation.subject)
            target = None if relation.object is None else arguments.get(first + relation.object)
            if subject is None or (relation.object is not None and target is None):
                continue
            described = analysis.mentions[relation.subject].form == "description"
            if target is None or target.entity is not subject.entity:
                for claim in self.build_claims(chunk, relation, subject, target):
                    if described and claim.status == "open" and claim.object is None:
                        continue  # "officials said that ...": words about nobody that anyone could look up
                    if isinstance(relation, RawRelation):
                        read.append(claim)
                    elif not relation.listed and is_said_of_another(claim, read):
                        continue
                    yield claim
            elif isinstance(relation, RawRelation):
                yield from self._name_changes(chunk, relation, subject.entity, analysis.mentions)

    def _name_changes(
        self, chunk: Chunk, relation: RawRelation, entity: LocalEntity, mentions: list[RawMention]
    ) -> Iterator[Claim]:
        """ "X was renamed Y", where X and Y are one entity, says of it that it took the name Y, and was X."""
        assert relation.object is not None
        said = [mentions[relation.subject], mentions[relation.object]]
        if any(mention.form != "name" for mention in said):
            return
        ends = [replace(entity, start=mention.start, end=mention.end) for mention in said]
        surfaces = {end.key: _one_line(mention.surface) for end, mention in zip(ends, said, strict=True)}
        for claim in self.build_claims(chunk, relation, *(Argument(end, "name") for end in ends)):
            predicate = self.ontology.predicates.get(claim.predicate)
            if predicate is not None and predicate.same and claim.object is not None:
                taken = replace(claim, subject=entity.key, object=None, value=_string(surfaces[claim.object]))
                was = _string(surfaces[claim.subject])
                yield taken
                yield replace(taken, predicate="formerly", value=was, status="open", valid_from=None)
            elif claim.object is None:
                yield replace(claim, subject=entity.key)


def check_offsets(evidence: Evidence) -> None:
    """Raise `EvidenceError` unless the chunks partition the document, and every mention and quote is exactly the
    characters that its offsets name in its chunk."""
    end_of_text = 0
    for chunk in evidence.chunks:
        if chunk.start != end_of_text or chunk.end - chunk.start != len(chunk.text):
            raise EvidenceError(f"{evidence.document.path!r}: chunk {chunk.index} does not begin at {end_of_text}.")
        end_of_text = chunk.end
    if end_of_text != evidence.document.length:
        raise EvidenceError(f"{evidence.document.path!r}: its chunks end at {end_of_text}, not at its end.")
    chunks = {chunk.key: chunk for chunk in evidence.chunks}
    spans = [(each.chunk, each.start, each.end, each.surface) for each in evidence.mentions]
    spans += [(each.chunk, each.start, each.end, each.surface) for each in evidence.values]
    spans += [(each.chunk, each.start, each.end, each.quote) for each in evidence.claims]
    for key, start, end, text in spans:
        within = chunks.get(key)
        if within is None or not within.start <= start < end <= within.end or _cut(within, start, end) != text:
            raise EvidenceError(
                f"{evidence.document.path!r}: characters {start} to {end} are not {text!r}.",
                "This is a defect of the extractor; the document was not written.",
            )


def _cut(chunk: Chunk, start: int, end: int) -> str:
    return chunk.text[start - chunk.start : end - chunk.start]


def _surface(chunk: Chunk, mention: RawMention) -> str:
    """The source's characters of a mention, but for their case and line ends as the finder saw
    them; `check_offsets` refuses any others."""
    stated = _cut(chunk, mention.start, mention.end)
    return stated if _one_line(stated).casefold() == _one_line(mention.surface).casefold() else mention.surface


def _string(text: str) -> Value:
    return Value(type="string", normalised=text, text=text)


def _one_line(surface: str) -> str:
    return " ".join(surface.split())


def _title_aliases(title: str, surfaces: Iterable[str]) -> set[str]:
    """The title, and what stands before its brackets and its comma, where that is a name of what the document is about;
    "Varde, by Anna Berg" is no name of Varde."""
    bases = [_one_line(base) for base in title_bases(title)]
    known = {names.fold(surface) for surface in surfaces}
    if not any(names.fold(base) in known for base in bases):
        return set()
    further = bases[0].removeprefix(bases[-1]).replace(",", " ").split()
    return {_one_line(title), *bases} if all(word[0].isupper() for word in further) else {bases[-1]}


def _mention(chunk: Chunk, mention: RawMention, argument: Argument, confidence: float) -> Mention:
    return Mention(
        chunk=chunk.key,
        entity=argument.entity.key,
        start=mention.start,
        end=mention.end,
        surface=_surface(chunk, mention),
        rule=argument.rule,
        confidence=confidence,
    )


def _values(chunk: Chunk, analysis: _Analysis) -> Iterator[StatedValue]:
    """The values that a chunk states, but for numbers that are part of a description ("two bridges")."""
    counted = {mention.start for mention in analysis.mentions if mention.form == "description"}
    for mention in analysis.mentions:
        if mention.form == "value" and mention.start not in counted:
            value = mention.value
            yield StatedValue(
                document=chunk.document,
                chunk=chunk.key,
                start=mention.start,
                end=mention.end,
                surface=_surface(chunk, mention),
                value_type="date" if value is None else value.type,
                normalised=None if value is None else value.normalised,
                precision=None if value is None else value.precision,
            )


def _too_long(document: Document, limit: int) -> GroundplanError:
    return GroundplanError(
        f"it was read, but not structured: it holds {document.length} characters; the setting max_extract_chars allows "
        f"{limit}.",
        "Split the document, or raise max_extract_chars.",
    )


def _failed(document: Document, error: Exception) -> Failed:
    reason, remedy = f"{type(error).__name__}: {error}", "Report it with this document; the others were not affected."
    if isinstance(error, GroundplanError):
        reason, remedy = error.message, error.remedy
    return Failed(
        source=document.source,
        path=document.path,
        record=document.record,
        stage="extract",
        reason=reason,
        remedy=remedy,
        transient=isinstance(error, MemoryError),
    )
