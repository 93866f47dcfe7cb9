"""Where a parsed text states dates and amounts: what the recogniser took for one, and what is one by its form.

The recogniser often leaves the sign of a currency outside ("£" of "£500"), or misses an amount altogether.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.text.values import date_spans, money_spans, names_currency, parse_date, parse_money, parse_quantity

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

    from graph_schema.models import Value

DATES = frozenset({"DATE", "TIME"})
VALUE_LABELS = DATES | {"MONEY", "QUANTITY", "CARDINAL", "PERCENT"}
_APPROXIMATE = frozenset(
    "about around approximately almost nearly some roughly over under than more less at least most up to only "
    "just".split()
)

_TO = frozenset({"or", "to", "-", "–", "—"})
_WILL = frozenset({"will", "shall", "'ll", "’ll", "wo"})


def value_spans(doc: Doc) -> list[Span]:
    """What may be a value, each under the recogniser's label for it, in order and apart from one another."""
    from spacy.tokens import Span

    found = [ent for ent in doc.ents if ent.label_ in VALUE_LABELS]
    text = doc.text
    by_form = [("MONEY", span) for span in money_spans(text)] + [("DATE", span) for span in date_spans(text)]
    for label, (start, end) in by_form:
        span = doc.char_span(start, end, alignment_mode="expand")
        assert span is not None
        same = [span, *(each for each in found if each.start < span.end and span.start < each.end)]
        found = [each for each in found if each not in same]
        found.append(Span(doc, min(each.start for each in same), max(each.end for each in same), label))
    apart: list[Span] = []
    for span in sorted(found, key=_start):
        if apart and _is_range(apart[-1], span):
            span = Span(doc, apart.pop().start, span.end, span.label_)
        apart.append(span)
    return apart


def amount(span: Span) -> Span:
    """A value without the words before it that only say how near it comes ("about 20 miles")."""
    start = span.start
    while start < span.end - 1 and (span.doc[start].lower_ in _APPROXIMATE or span.doc[start].is_space):
        start += 1
    return span.doc[start : span.end]


def is_unread(span: Span) -> bool:
    """Whether what may be a value and cannot be read is no name for that: "$2-3 million", but not "A320"."""
    said = any(token.is_alpha for token in span) and any(token.like_num for token in span)
    return span.label_ == "MONEY" or (said and span.label_ not in DATES)


def read_value(span: Span, label: str, date: str | None) -> Value | None:
    """The value of what the recogniser labels so, in a document of that date; `None` where it cannot be told."""
    match label:
        case "DATE" | "TIME":
            return parse_date(span.text, date, ahead=_is_ahead(span.root))
        case "MONEY":
            said = span.text.removesuffix(".")  # the tokenizer leaves it on "£2.5m."
            return parse_money(said) or (None if names_currency(said) else parse_quantity(said))
        case "CARDINAL":
            head = span.root.head
            return parse_quantity(span.text, head.lemma_ if span.root.dep_ == "nummod" else "")
        case _:
            return parse_quantity(span.text)


def _is_ahead(token: Token) -> bool:
    """Whether what happens then is said to lie ahead: "will meet on Friday"."""
    for verb in (token, *token.ancestors):
        if verb.pos_ in {"VERB", "AUX"}:
            if any(child.dep_ == "aux" and child.lower_ in _WILL for child in verb.children):
                return True
            if verb.tag_ not in {"VB", "VBG"}:
                return False
    return False


def _is_range(first: Span, last: Span) -> bool:
    """Whether a number and the amount behind it are the ends of one: "one or two million dollars", but not "rose from
    3 to 5 metres"."""
    between = first.doc[first.end : last.start].text or first[-1].text
    changed = first.start > 0 and first.doc[first.start - 1].lower_ == "from"
    return first.label_ == "CARDINAL" and last.label_ not in DATES and between in _TO and not changed


def _start(span: Span) -> int:
    return span.start
