"""Which named person, place or firm "the president", "the city" or "the company" is."""

from __future__ import annotations

import pytest

from graph_schema.models import Document, Evidence
from graph_schema.ontology import load_ontology
from pipeline.ingest.extract import RulesExtractor, Segmented
from pipeline.ingest.read import RawDocument
from pipeline.ingest.segment import segment
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(Settings().model, load_ontology())


def meant(extractor: RulesExtractor, text: str, said: str) -> str | None:
    """The name of the entity that the last `said` in `text` stands for; `None` where it has no name."""
    document = Document(
        source="s", path="a.txt", record=None, title=None, date=None, media_type="text/plain",
        content_hash="hash", length=len(text),
    )  # fmt: skip
    (found,) = extractor([Segmented(document, segment(RawDocument(document, text, ()), max_chunk_chars=1500))])
    assert isinstance(found, Evidence), found
    place = text.rindex(said)
    (mention,) = [each for each in found.mentions if each.start <= place < each.end and said in each.surface]
    (entity,) = [each for each in found.entities if each.key == mention.entity]
    return entity.name if entity.named else None


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("Oslo is the capital of Norway. The city has 700,000 inhabitants.", "city", "Oslo"),
        ("Kelby, a town in Yorkshire, has a market. The town was founded in 1200.", "town", "Kelby"),
        ("Bergen is a city in Norway. The city lies by the sea.", "city", "Bergen"),
        ("Haugen is a village near Bergen. The village has two churches.", "village", "Haugen"),
        ("Trondheim lies on the coast of Norway. The city grew fast.", "city", "Trondheim"),
        ("Norway is a country in Europe. Oslo grew fast. The country joined NATO.", "country", "Norway"),
        ("Oslo is the largest town of Norway. The country is rich.", "country", "Norway"),
        ("Oslo is the capital of Norway. Bergen lies in the west. The city has a harbour.", "city", "Bergen"),
    ],
)
def test_the_city_is_what_was_called_a_town_or_else_named_last(
    extractor: RulesExtractor, text: str, said: str, name: str
) -> None:
    assert meant(extractor, text, said) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Anna Berg left Norway. The city was quiet.", "city"),
        ("Anna Berg lived in Texas. The town was quiet.", "town"),
        ("Karl Lund came to Oslo. The country was quiet.", "country"),
        ("Karl Lund left Norway for Sweden. The country was quiet.", "country"),
    ],
)
def test_no_country_is_a_city_and_no_city_a_country(extractor: RulesExtractor, text: str, said: str) -> None:
    assert meant(extractor, text, said) is None


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("President Barack Obama flew to Berlin. The president met Angela Merkel.", "president", "Barack Obama"),
        ("Prime Minister Ingrid Moe came to Bergen. The prime minister spoke.", "prime minister", "Ingrid Moe"),
        ("Prime Minister Ingrid Moe came to Bergen. The minister spoke.", "minister", "Ingrid Moe"),
        ("Harald V is King of Norway. The king lives in Oslo.", "king", "Harald V"),
        ("Chancellor Angela Merkel spoke in Munich. The chancellor left.", "chancellor", "Angela Merkel"),
        ("Karl Lund became mayor in 2010. The mayor left Oslo.", "mayor", "Karl Lund"),
        ("Anna Berg was elected president in 2010. The president left Oslo.", "president", "Anna Berg"),
        ("Karl Lund is a surgeon in Bergen. The surgeon married Anna Berg.", "surgeon", "Karl Lund"),
        ("Prime Minister Ingrid Moe met Foreign Minister Karl Lund. The prime minister left.", "prime", "Ingrid Moe"),
        ("Pope Francis came to Cuba. The pope met Raul Castro.", "pope", "Pope Francis"),
        ("General Sir John Hackett led it. The general was hit.", "general", "John Hackett"),
        ("They met Prime Minister Lars Dahl. The prime minister left.", "prime minister", "Lars Dahl"),
        ("Deputy Minister Olga Ivanova resigned. The deputy minister left.", "deputy", "Olga Ivanova"),
        ("The Foreign Minister Karl Lund met Ann Reed. The foreign minister left.", "foreign", "Karl Lund"),
        ("Lieutenant Anna Krogh flew to Oslo. The lieutenant landed.", "lieutenant", "Anna Krogh"),
        ("President Anna Berg met Vice President Karl Lund. The president left.", "president", "Anna Berg"),
    ],
)
def test_the_bearer_of_a_title_is_meant_by_it(extractor: RulesExtractor, text: str, said: str, name: str) -> None:
    assert meant(extractor, text, said) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("President Barack Obama met President Nicolas Sarkozy. The president left.", "president"),
        ("Vice President Karl Lund came to Oslo. The president left.", "president"),
        ("President Barack Obama flew to Berlin. The president of France left.", "president"),
        ("Anna Berg was the president. Karl Lund became president. The president left.", "president"),
        ("Karl Lund never became president. The president left Oslo.", "president"),
        ("Anna Berg is not the president. The president left Oslo.", "president"),
        ("Karl Lund, a surgeon, met Anna Berg, a surgeon. The surgeon left.", "surgeon"),
    ],
)
def test_a_title_with_a_rival_or_of_another_office_is_nobody_named(
    extractor: RulesExtractor, text: str, said: str
) -> None:
    assert meant(extractor, text, said) is None


def test_a_firm_that_does_something_goes_before_one_that_its_sentence_names_too(extractor: RulesExtractor) -> None:
    text = "Norvik Systems sold a ship to Halden Bank. The company moved to Oslo."
    assert meant(extractor, text, "company") == "Norvik Systems"
