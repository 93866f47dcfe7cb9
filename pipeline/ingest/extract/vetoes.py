"""What the build of a sentence rules out, however likely the classifier takes it: names that stand side by side in a
list, a place that acts, an organisation that only names the thing that is spoken of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.ingest.extract.clause import VERBS
from pipeline.ingest.extract.features import MAX_PATH
from pipeline.ingest.extract.places import cannot_be_in, is_known
from pipeline.ingest.extract.roles import is_subordinate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc, Token

    from pipeline.ingest.extract.features import Candidate

SEATS = frozenset({"LOCATED_IN", "HEADQUARTERED_IN", "LIVES_IN"})
CONTAINED = frozenset({"LOCATED_IN", "HEADQUARTERED_IN"})
EMPLOYING = frozenset({"WORKS_FOR", "AFFILIATED_WITH"})
BOUNDS = frozenset({"before", "after", "until", "till"})
CONJUNCTIONS = frozenset({"and", "or", "&", "nor"})
SEPARATORS = frozenset({",", ";"}) | CONJUNCTIONS
LINKS = frozenset({"in", "at", "on", "to", "the"})
PLACES = frozenset({"Place", "Facility"})
LONG = 2
PARTAKING = frozenset("before through against despite about over like toward towards".split())
ACTING = frozenset({"nsubj", "nsubjpass", "dobj"})
MODIFYING = frozenset({"compound", "poss", "nmod", "amod"})
HOMES = frozenset(
    "headquarters headquarter office seat base campus plant factory home house residence life childhood youth time "
    "rest year day branch operation facility store studio school apartment farm firm business practice company".split()
)
BRANCHES = frozenset("branch plant factory store shop outlet warehouse subsidiary".split())
WORKING = frozenset(
    "work serve volunteer be stay remain sign employ train start begin spend play perform record affiliate associate "
    "intern practice practise fly sing tour continue register enlist debut".split()
)
HIRING = frozenset(
    "hire appoint elect name choose select employ recruit engage promote dismiss fire sack install invite".split()
)
MEMBERS = frozenset(
    "one someone somebody anyone anybody nobody everyone everybody employee manager worker member official director "
    "executive officer clerk engineer colleague spokesman spokeswoman".split()
)
BODIES = frozenset(
    "board faculty staff team department office branch institute school college committee crew faction wing "
    "group list".split()
)
DEGREES = frozenset(
    "degree doctorate diploma phd master bachelor scholarship class course session program programme lecture "
    "school".split()
)
FOUNDING = frozenset(
    "found establish form create start co cofound introduce commence incorporate launch charter open organize organise "
    "begin emerge date trace originate register inaugurate institute constitute build spin operate".split()
)
FOUNDERS = frozenset(
    "founder cofounder founding formation inception creation foundation establishment launch start beginning origin "
    "opening incorporation debut".split()
)
STAYING = frozenset("be lie locate situate stand sit base headquarter find house centre center remain".split())


def is_ruled_out(doc: Doc, predicate: str, one: Candidate, other: Candidate, symmetric: bool) -> bool:
    """Whether `one` cannot have `predicate` with `other` in this sentence."""
    if not symmetric and _are_listed(doc, one, other):
        return True
    if predicate in SEATS and doc[other.root].dep_ in ACTING:
        return True
    if predicate in CONTAINED and (_only_modifies(doc, one) or one.label == "Group"):
        return True
    if predicate == "LOCATED_IN" and (
        cannot_be_in(_text(doc, one), _text(doc, other)) or _acts(doc[one.root]) or _is_bare_pair(doc, one, other)
    ):
        return True
    if predicate == "HEADQUARTERED_IN" and doc[other.root].dep_ == "poss" and is_known(_text(doc, other)):
        return True
    placed = predicate in SEATS or (predicate == "STUDIED_AT" and other.label == "Place")
    if placed and _is_where_something_else_is(doc, one, other):
        return True
    if predicate == "HEADQUARTERED_IN" and (_is_branch(doc, one, other) or _is_dateline(doc, one)):
        return True
    if predicate == "LEADS" and any(is_subordinate(each) for each in _above(doc[other.root]) if each.i != other.root):
        return True
    if predicate == "FOUNDED_ON" and not _dates_a_founding(doc[other.root], doc[one.root]):
        return True
    if predicate == "FOUNDED" and other.form != "relative" and _undergoes_another_deed(doc[other.root]):
        return True
    if other.form == "date":
        return doc[max(other.start - 1, 0)].lower_ in BOUNDS
    if predicate == "STUDIED_AT" and _is_a_topic(doc[other.root], DEGREES):
        return True
    return predicate in EMPLOYING and _is_dealt_with(doc, one, other)


def _are_listed(doc: Doc, one: Candidate, other: Candidate) -> bool:
    """Whether the two are items of one list: a conjunction or the same preposition again stands between them ("in West
    Germany, in Iran"), or commas in a list that goes on to a conjunction, where the parser coordinates them."""
    first, second = sorted((one, other), key=lambda each: each.start)
    if not (first.form == second.form == "name"):
        return False
    between = [token for token in doc[first.end : second.start] if not _is_named(token)]
    words = [token.lower_ for token in between]
    if not words or not set(words) <= SEPARATORS | LINKS or words[0] not in SEPARATORS:
        return False
    if not CONJUNCTIONS.isdisjoint(words) and LINKS.isdisjoint(words):
        return True
    if one.label != other.label and not {one.label, other.label} <= PLACES:
        return False
    if not (LINKS - {"the"}).isdisjoint(words):
        return True
    more = _more(doc, second)
    if more > 0 and doc[second.root].dep_ == "conj":
        return True
    return (more > LONG or doc[first.root].dep_ == "conj") and not is_known(_text(doc, second))


def _is_named(token: Token) -> bool:
    return token.pos_ == "PROPN" or bool(token.ent_type_)


def _more(doc: Doc, last: Candidate) -> int:
    """How many names follow `last` in a list up to its conjunction; 0 where it comes to none."""
    count = 0
    for token in doc[last.end : doc[last.root].sent.end]:
        if token.lower_ in CONJUNCTIONS:
            return count + 1
        if token.lower_ == ",":
            count += 1
        elif token.lower_ != "the" and not _is_named(token):
            return 0
    return 0


def _only_modifies(doc: Doc, one: Candidate) -> bool:
    """Whether the name only says which thing is meant ("the Army programs in Oslo"), and that is no seat of its own."""
    root, after = doc[one.root], doc[min(one.end, len(doc) - 1)]
    noun = root.head
    if root.dep_ not in MODIFYING or noun.i < one.end or after.text == ",":
        return False
    return noun.pos_ == "NOUN" and noun.lemma_ not in HOMES


def _acts(place: Token) -> bool:
    """Whether a place does something ("America fights in Asia", "was at war in Asia"): that is not where it is."""
    verb = place.head
    if place.dep_ not in {"nsubj", "nsubjpass"} or verb.pos_ not in VERBS:
        return False
    if verb.lemma_ != "be":
        return verb.lemma_ not in STAYING
    told = (child for at in verb.children if at.lower_ == "at" for child in at.children)
    return any(each.dep_ == "pobj" and all(child.dep_ == "prep" for child in each.children) for each in told)


def _is_bare_pair(doc: Doc, one: Candidate, other: Candidate) -> bool:
    """Whether the two stand alone on a line, where "Berg, Anna" is as likely as "Turin, Italy"."""
    rest = [token for token in doc[one.root].sent if token.i not in range(one.start, one.end) and not token.is_space]
    rest = [token for token in rest if token.i not in range(other.start, other.end)]
    return all(token.is_punct for token in rest) and not is_known(_text(doc, other))


def _is_where_something_else_is(doc: Doc, one: Candidate, other: Candidate) -> bool:
    """Whether what `one` does something to is at `other` ("X raised the situation in Y"), and that is no home of X."""
    subject = doc[one.root]
    if subject.dep_ != "nsubj":
        return False
    above = list(_above(doc[other.root]))
    verbs = [at for at, token in enumerate(above) if token.i == subject.head.i]
    held = above[: verbs[0]] if verbs else []
    return bool(held) and held[-1].dep_ == "dobj" and held[-1].lemma_ not in HOMES


def _above(token: Token) -> Iterator[Token]:
    for _ in range(MAX_PATH):
        yield token
        if token.head.i == token.i:
            return
        token = token.head


def _is_dealt_with(doc: Doc, one: Candidate, other: Candidate) -> bool:
    """Whether an organisation is what someone goes before or through, or only names something ("an FBI interview")."""
    root = doc[other.root]
    if root.dep_ == "pobj" and root.head.lower_ in PARTAKING:
        return True
    if root.head.lower_ == "with" and root.head.head.pos_ in VERBS and root.head.head.lemma_ not in WORKING:
        return True
    if _is_a_topic(root, BODIES) or _is_of_another(root, doc[one.root]):
        return True
    noun = root
    while noun.dep_ in {"compound", "nmod"} and noun.head.i > noun.i:
        noun = noun.head
    if noun.i < other.end or noun.pos_ != "NOUN":
        return False
    holder = doc[one.root]
    while holder.dep_ == "conj" and holder.head.i < holder.i:
        holder = holder.head
    return not _tells(noun, holder)


def _is_a_topic(body: Token, others: frozenset[str]) -> bool:
    """Whether someone only does something to what is of a body ("studied the history of X"), and that is none of
    `others`."""
    noun = body.head.head
    return body.head.lower_ == "of" and noun.dep_ == "dobj" and noun.pos_ == "NOUN" and noun.lemma_ not in others


def _is_of_another(body: Token, holder: Token) -> bool:
    """Whether it is another, of that body, who does something to the holder ("a manager at X met Y")."""
    member = body.head.head
    verb = holder.head
    if body.dep_ != "pobj" or member.lemma_ not in MEMBERS or holder.dep_ not in ACTING:
        return False
    return member.dep_ in ACTING and member.head.i == verb.i and verb.lemma_ not in HIRING


def _is_branch(doc: Doc, one: Candidate, other: Candidate) -> bool:
    """Whether what is at a place is one branch of many ("offices of X in Y", "opened a store in Y")."""
    nouns = [each for each in _above(doc[other.root]) if each.pos_ == "NOUN"]
    holder = doc[one.root].head
    if holder.lower_ == "of" or doc[one.root].dep_ in MODIFYING:
        nouns.append(holder.head if holder.lower_ == "of" else holder)
    return any(each.lemma_ in BRANCHES or (each.lemma_ == "office" and each.tag_ == "NNS") for each in nouns)


def _is_dateline(doc: Doc, one: Candidate) -> bool:
    """Whether an agency stands in a dateline: "LONDON (Reuters) - "."""
    sentence = doc[one.root].sent
    return doc[one.start - 1].text == "(" and one.end == sentence.end - 2 and sentence[-1].is_punct


def _dates_a_founding(date: Token, body: Token) -> bool:
    """Whether a date can be that of a founding: it hangs on the body, on no verb, or on one of founding."""
    for token in _above(date):
        if token.i == body.i:
            return True
        if token.lower_ == "since" or token.lemma_.lower() in FOUNDERS:
            return True
        if token.pos_ in VERBS:
            return _founds(token) or any(child.lemma_.lower() in FOUNDERS for child in token.children)
    return True


def _undergoes_another_deed(body: Token) -> bool:
    """Whether something is done to a body that is no founding: "sold X"."""
    if any(_founds(child) for child in body.lefts):  # "co-founded X", which the parser reads as "founded X"
        return False
    while body.dep_ == "conj" and body.head.pos_ not in VERBS:
        body = body.head
    return body.dep_ in {"dobj", "nsubjpass"} and body.head.pos_ in VERBS and not _founds(body.head)


def _founds(verb: Token) -> bool:
    """Of "co-founded" the parser may take the hyphen for the verb."""
    return (
        verb.lemma_ in FOUNDING
        or verb.lower_ in {"founded", "-"}
        or (verb.lemma_ == "set" and any(child.lower_ == "up" for child in verb.children))
    )


def _tells(noun: Token, holder: Token) -> bool:
    """Whether a noun tells what the holder is: they are one phrase, or it is said of the holder."""
    if noun.i in {holder.i, holder.head.i} or noun.head.i == holder.i:
        return True
    return noun.dep_ in {"attr", "oprd", "conj", "appos"} or (noun.dep_ == "pobj" and noun.head.lower_ == "as")


def _text(doc: Doc, candidate: Candidate) -> str:
    return doc[candidate.start : candidate.end].text
