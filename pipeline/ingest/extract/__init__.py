"""Extraction by rules: mentions, within-document entities and claims, without a language model."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph_schema.errors import EvidenceError, GroundplanError
from graph_schema.keys import digest
from graph_schema.models import Evidence, Failed, LocalEntity, Mention
from pipeline.ingest.extract.claims import Argument, ClaimBuilder, strongest
from pipeline.ingest.extract.cluster import cluster, voted_kind
from pipeline.ingest.extract.relations import RawRelation, RelationFinder
from pipeline.ingest.extract.typed import Typed, TypedFinder
from pipeline.text import names, nlp
from pipeline.text.mentions import MentionFinder, RawMention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from graph_schema.models import Chunk, Claim, Document
    from graph_schema.ontology import Ontology
    from pipeline.ingest.extract.cluster import Cluster

VERSION = "2"
PARSE_BATCH_CHUNKS = 64


@dataclass(frozen=True, slots=True)
class Segmented:
    """What `segment` yields and `extract` takes: a document and the chunks that partition it."""

    document: Document
    chunks: tuple[Chunk, ...]


@dataclass(slots=True)
class _Analysis:
    """What one chunk says, before its document is put together; mention indices are the chunk's own."""

    mentions: list[RawMention]
    relations: list[RawRelation]
    typed: list[Typed]


class RulesExtractor:
    """The `extract` stage: a batch of segmented documents in, as many results in the same order out.

    Cheap to construct; `setup` loads the model once a worker. Mentions, quotes and relations never cross a chunk's
    border; entities join mentions over the whole document.
    """

    name = "extract"
    version = VERSION

    def __init__(self, model: str, ontology: Ontology) -> None:
        self.model = model
        self.ontology = ontology
        self.roles = frozenset(ontology.kinds["Person"].roles) if "Person" in ontology.kinds else frozenset()
        self.find_mentions = MentionFinder(ontology)
        self.find_typed = TypedFinder(ontology)
        self.build_claims = ClaimBuilder(ontology)
        self.nlp: Language | None = None

    def setup(self) -> str:
        """Load the model. Returns the fingerprint under which documents count as extracted."""
        self.nlp = nlp.load(self.model)
        return digest("extractor", VERSION, nlp.fingerprint(self.nlp), self.ontology.fingerprint)

    def __call__(self, batch: Sequence[Segmented]) -> list[Evidence | Failed]:
        """Extract a batch; a document that cannot be extracted is a `Failed` in its place."""
        try:
            return list(self._extract(batch))
        except Exception as error:
            if len(batch) == 1:
                return [_failed(batch[0].document, error)]
            return [result for each in batch for result in self([each])]

    def _extract(self, batch: Sequence[Segmented]) -> Iterator[Evidence]:
        analyses = self._analyses(chunk for each in batch for chunk in each.chunks)
        for each in batch:
            yield self._assemble(each, [next(analyses) for _ in each.chunks])

    def _analyses(self, chunks: Iterable[Chunk]) -> Iterator[_Analysis]:
        if self.nlp is None:
            self.setup()
        assert self.nlp is not None
        pairs = ((chunk.text, chunk) for chunk in chunks)
        for doc, chunk in self.nlp.pipe(pairs, as_tuples=True, batch_size=PARSE_BATCH_CHUNKS):
            yield self._analyse(doc, chunk)

    def _analyse(self, doc: Doc, chunk: Chunk) -> _Analysis:
        mentions, at = self.find_mentions(doc, chunk.start)
        values = {index: mention.value for index, mention in enumerate(mentions) if mention.value is not None}
        return _Analysis(mentions, RelationFinder(doc, at, values, self.roles)(), self.find_typed(doc, mentions, at))

    def _assemble(self, segmented: Segmented, analyses: list[_Analysis]) -> Evidence:
        document, chunks = segmented.document, segmented.chunks
        mentions = [mention for analysis in analyses for mention in analysis.mentions]
        assigned = cluster(mentions, document.title or "")
        entities = _entities(document.key, mentions, assigned)
        arguments = {index: Argument(entities[id(target)], rule) for index, (target, rule) in assigned.items()}
        written: list[Mention] = []
        claims: list[Claim] = []
        first = 0
        for chunk, analysis in zip(chunks, analyses, strict=True):
            indices = range(first, first + len(analysis.mentions))
            written += [_mention(chunk, mentions[index], arguments[index]) for index in indices if index in arguments]
            claims += self._claims(chunk, analysis, arguments, first)
            first += len(analysis.mentions)
        about = _about(document, list(entities.values()), written)
        evidence = Evidence(
            document=document,
            chunks=chunks,
            entities=tuple(replace(each, about=True) if each.key == about else each for each in entities.values()),
            mentions=tuple(written),
            claims=tuple(strongest(claims)),
        )
        check_offsets(evidence)
        return evidence

    def _claims(self, chunk: Chunk, analysis: _Analysis, arguments: dict[int, Argument], first: int) -> Iterator[Claim]:
        relations: list[RawRelation | Typed] = [*analysis.relations, *analysis.typed]
        for relation in relations:
            subject = arguments.get(first + relation.subject)
            target = None if relation.object is None else arguments.get(first + relation.object)
            if subject is None or (relation.object is not None and target is None):
                continue
            if target is None or target.entity is not subject.entity:
                yield from self.build_claims(chunk, relation, subject, target)


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


def _entities(
    document: str, mentions: list[RawMention], assigned: dict[int, tuple[Cluster, str]]
) -> dict[int, LocalEntity]:
    """Identity of a cluster -> the local entity it is, in order of first mention."""
    members: dict[int, list[int]] = defaultdict(list)
    for index in sorted(assigned):
        members[id(assigned[index][0])].append(index)
    return {
        cluster_id: _entity(document, [mentions[index] for index in indices]) for cluster_id, indices in members.items()
    }


def _entity(document: str, mentions: list[RawMention]) -> LocalEntity:
    named = [mention for mention in mentions if mention.form == "name"]
    kind = voted_kind(named or mentions)
    surfaces = Counter(_one_line(mention.surface) for mention in named or mentions)
    name = max(surfaces, key=lambda surface: (len(names.normalise(surface, kind).split()), surfaces[surface], surface))
    return LocalEntity(
        document=document,
        start=mentions[0].start,
        end=mentions[0].end,
        name=name,
        kind=kind,
        aliases=tuple(sorted(set(surfaces) - {name})),
        named=bool(named),
    )


def _one_line(surface: str) -> str:
    return " ".join(surface.split())


def _mention(chunk: Chunk, mention: RawMention, argument: Argument) -> Mention:
    return Mention(
        chunk=chunk.key,
        entity=argument.entity.key,
        start=mention.start,
        end=mention.end,
        surface=mention.surface,
        rule=argument.rule,
    )


def _about(document: Document, entities: list[LocalEntity], mentions: list[Mention]) -> str | None:
    """What the document is about: the entity whose name its title holds, of several the one mentioned most."""
    title = f" {names.fold(document.title or '')} "
    counts = Counter(mention.entity for mention in mentions)
    named = [each for each in entities if each.named and f" {names.normalise(each.name, each.kind)} " in title]
    if not named:
        return None
    return max(named, key=lambda each: (counts[each.key], -each.start)).key


def _failed(document: Document, error: Exception) -> Failed:
    known = isinstance(error, GroundplanError)
    return Failed(
        source=document.source,
        path=document.path,
        record=document.record,
        stage="extract",
        reason=str(error) if known else f"{type(error).__name__}: {error}",
        remedy="" if known else "Report it with this document; the others were not affected.",
        transient=isinstance(error, MemoryError),
    )
