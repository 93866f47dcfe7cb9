"""How a clause stands to what it says: negated, possible, planned, said by someone.

Only what a clause asserts by itself may become a fact, so what is in doubt here counts as said by someone. A question
asserts nothing: what it asks is possible. A command has no subject and makes no clause; what someone wants, asks or
lets others do is planned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.ingest.extract.attitudes import (
    ACCUSING,
    ACQUITTING,
    ADJECTIVES,
    ALLEGING,
    ALLEGING_VERBS,
    BELIEVING,
    CHARGING,
    COMMANDING,
    CONDITION_PHRASES,
    CONDITIONS,
    DENYING,
    DUE,
    ELECT,
    FACT_NOUNS,
    FACTIVE,
    FAILING,
    FIRST,
    GOVERNING,
    HAPPENING,
    INVERTED,
    LATER,
    LIKELY,
    NEARLY,
    NEGATIONS,
    NO,
    OPPOSING,
    PLAN_NOUNS,
    PLANNED,
    PLANNING,
    POSSIBLE,
    POSSIBLE_VERBS,
    POSSIBLY,
    POSTS,
    PRESENT,
    PRETENDING,
    PREVENTING,
    REFUSING,
    RISK_NOUNS,
    TURNING_DOWN,
    UNLIKELY,
    VIEWS,
)
from pipeline.ingest.extract.clause import (
    AS,
    AUXILIARIES,
    CLAIM_NOUNS,
    SUBJECTS,
    VERBS,
    has_subject,
    holds,
    is_marked,
    is_passive,
    obliques,
    resolved,
)
from pipeline.ingest.extract.contrast import is_replaced, stands
from pipeline.ingest.extract.quotations import SAYING, speakers
from pipeline.ingest.extract.times import TimeReader

if TYPE_CHECKING:
    from spacy.tokens import Token

    from graph_schema.models import Modality, Value
    from pipeline.ingest.extract.clause import Clause, Tree

FINITE_PRESENT = frozenset({"VBZ", "VBP"})
MAX_WORDS = 4
UNNAMED_SOURCE = ""


@dataclass(slots=True, frozen=True)
class Stance:
    """How a clause stands to what it says; `attributed_to` are the words for who says it."""

    negated: bool = False
    modality: Modality = "asserted"
    attributed_to: str | None = None

    def under(self, other: Stance) -> Stance:
        """This one, where `other` holds too: what either puts in doubt is in doubt."""
        modality = other.modality if self.modality == "asserted" else self.modality
        return Stance(self.negated != other.negated, modality, self.attributed_to or other.attributed_to)


class StanceReader:
    """Reads how the clauses of one chunk stand. `at` maps token index -> mention index, `values` mention index ->
    value."""

    def __init__(self, tree: Tree, at: dict[int, int], values: dict[int, Value]) -> None:
        self.tree = tree
        self.when = TimeReader(tree, at, values)
        self.quoted = speakers(tree)

    def __call__(self, clause: Clause) -> Stance:
        """How a clause stands to what it says; "planned to sell" and "refused to sell" count for "sell"."""
        head = clause.head
        return self._of_verb(head) if head.pos_ in VERBS else self._of_deed(head)

    def within(self, argument: Token, top: Token, stance: Stance) -> Stance:
        """How an argument of a clause under `top` stands, where the clause stands so: "in Leeds, not in York"."""
        turned, modality = stands(self.tree, argument, top, denied=stance.negated)
        return stance.under(Stance(turned, modality))

    def _of_verb(self, verb: Token) -> Stance:
        negated = self._negated(verb)
        modality = self._modality(verb)
        source = None
        below = verb
        for governor in self._above(verb):
            refused = governor.lemma_ in REFUSING | PREVENTING | PRETENDING or governor.lower_ in UNLIKELY
            negated ^= refused != self._negated(governor)
            if modality == "asserted":
                modality = self._imposed(governor, below)
            if governor.lemma_ in ALLEGING_VERBS and modality == "asserted" and self._is_believed(below, governor):
                modality = "alleged"
            elif self._is_claimed(below, governor):
                source = self._speaker(governor)
            below = governor
        source = self._source(below) if source is None else source
        if below.dep_ == "ccomp" and self._is_told(below):
            teller = below.head
            negated ^= teller.lemma_ in DENYING
            if modality == "asserted" and teller.lemma_ in PLANNING:
                modality = "planned"
            if self._negated(teller):
                negated ^= teller.lemma_ in BELIEVING or self._speaks_nobody(teller)
                modality = "possible" if modality == "asserted" and not negated else modality
                source = None if self._speaks_nobody(teller) else source
        elif holds(self.tree, below):
            noun = below.head
            denied = noun.dep_ in {"dobj", "nsubjpass"} and noun.head.lemma_ in DENYING
            negated ^= denied or self.of_noun(noun).negated
            source = self._speaker(noun.head) if denied and source is not None else source
        if source == UNNAMED_SOURCE and modality == "asserted":
            modality = "alleged"
        return Stance(negated, modality, source or None)

    def _is_claimed(self, below: Token, governor: Token) -> bool:
        """ "claims to own", "believes them to own"; "tells them to sell" claims nothing."""
        saying = governor.lemma_ in SAYING and governor.lemma_ not in COMMANDING
        return saying and self._is_infinitive(below) and not is_passive(self.tree, governor)

    def _is_believed(self, below: Token, governor: Token) -> bool:
        """ "X, believed to own Y", where the parser may take the participle for a past tense."""
        own = has_subject(self.tree, below) or self.tree.has(governor, "dobj")
        return governor.lemma_ in BELIEVING and governor.tag_ == "VBD" and self._is_infinitive(below) and not own

    def _speaks_nobody(self, saying: Token) -> bool:
        return any(child.dep_ in SUBJECTS and self._is_none(child) for child in self.tree.children[saying.i])

    def _above(self, verb: Token) -> list[Token]:
        """The verbs, adjectives and nouns that take the clause of `verb` as their complement, the nearest first, as far
        as nobody is said to say it. A purpose ("came to buy it") is its own governor."""
        found: list[Token] = []
        while verb.head.i != verb.i:
            head = verb.head
            if verb.dep_ in {"xcomp", "acomp"} or (verb.dep_ in {"acl", "relcl"} and self._is_infinitive(verb)):
                pass
            elif verb.dep_ == "advcl" and self._is_infinitive(verb) and head.lemma_ != "go":
                found.append(verb)
                break
            elif verb.dep_ == "ccomp" and self._is_apart(verb):
                break
            elif verb.dep_ == "ccomp" and (self._is_infinitive(verb) or not self._is_told(verb)):
                adjective = next(iter(self.tree.of(head, "acomp")), None)
                if adjective is not None:
                    found.append(adjective)
            elif self._passes_on(verb):
                head = head.head
            elif verb.dep_ == "conj" and head.pos_ in VERBS and not self._stands_alone(verb):
                verb = head
                continue
            else:
                break
            found.append(head)
            verb = head
            if head.pos_ == "NOUN":
                break
        return found

    def _passes_on(self, verb: Token) -> bool:
        """Whether what governs the head of `verb` governs `verb`: of "is a mill that burned" the "is", of "accused of
        burning" the "accused"."""
        head = verb.head
        if verb.dep_ in {"relcl", "acl"}:
            if holds(self.tree, verb):
                return False
            return head.dep_ == "attr" and not self._negated(head.head)
        if verb.dep_ == "pobj":  # "is due to buy", where the parser takes the infinitive for a noun's place
            return head.head.lower_ in DUE
        return verb.dep_ == "pcomp" and head.head.lemma_ in GOVERNING

    def _stands_alone(self, verb: Token) -> bool:
        """Whether a coordinated verb has a subject or an auxiliary of its own."""
        return has_subject(self.tree, verb) or self.tree.has(verb, "aux")

    def _is_infinitive(self, verb: Token) -> bool:
        return any(child.dep_ == "aux" and child.lower_ == "to" for child in self.tree.children[verb.i])

    def _imposed(self, governor: Token, below: Token) -> Modality:
        """What the word that governs a clause makes of it."""
        lemma, lower = governor.lemma_.lower(), governor.lower_
        if governor.i == below.i or (governor.pos_ in VERBS and lemma in PLANNING):
            return "planned"
        if lemma == "think" and below.dep_ == "pcomp":
            return "planned"
        if lower in LIKELY or lower in UNLIKELY or lemma in RISK_NOUNS or lemma in POSSIBLE_VERBS:
            return "possible"
        if lower in DUE or lemma in PLAN_NOUNS or lemma in PLANNING:
            return "planned"
        if governor.pos_ in VERBS:
            if self._is_ahead(governor, below):
                return "planned"
            if (
                below.dep_ in {"xcomp", "pcomp"}
                and lemma in ALLEGING_VERBS
                and (lemma in ACCUSING | {"seem", "appear"} or is_passive(self.tree, governor))
            ):
                return "alleged"
            if lemma in COMMANDING and self._is_infinitive(below):
                return "planned"
            return self._modality(governor)
        if governor.pos_ == "NOUN" and not any(child.lower_ in FIRST for child in self.tree.children[governor.i]):
            return "possible"
        return "asserted"

    def _is_ahead(self, governor: Token, below: Token) -> bool:
        """ "is going to buy", "is to buy", "has to buy"."""
        going = governor.lemma_ == "go" and governor.tag_ == "VBG"
        return (going or governor.lemma_ in {"be", "have"}) and below.dep_ == "xcomp" and self._is_infinitive(below)

    def _negated(self, verb: Token) -> bool:
        for child in self.tree.children[verb.i]:
            if child.dep_ == "advmod" and child.lower_ in NEARLY:
                return True
            if child.dep_ == "neg" or child.lower_ in NEGATIONS:
                return not self._is_merely(child)
            if child.lower_ == "longer" and any(each.lower_ == "no" for each in self.tree.children[child.i]):
                return True
            if child.dep_ in SUBJECTS and self._is_none(child):
                return True
        if verb.dep_ == "pcomp" and (verb.head.lower_ == "without" or is_replaced(self.tree, verb.head)):
            return True
        return verb.dep_ == "conj" and self._is_denied_with(verb)

    def _is_merely(self, negation: Token) -> bool:
        """ "not only", "not just": what follows is so, and more."""
        after = self.tree.doc[negation.i + 1] if negation.i + 1 < len(self.tree.doc) else negation
        return after.lower_ in {"only", "just", "merely"}

    def _is_none(self, noun: Token) -> bool:
        """ "no member", "none of them", "nobody"."""
        if noun.lower_ in {"none", "nobody", "nothing", "neither"}:
            return True
        return any(child.dep_ in {"det", "preconj"} and child.lower_ in NO for child in self.tree.children[noun.i])

    def _is_denied_with(self, verb: Token) -> bool:
        """ "did not buy or sell": the negation of the first holds for both; after "but" and "and" it does not."""
        head = verb.head
        joined = any(child.dep_ == "cc" and child.lower_ in {"or", "nor"} for child in self.tree.children[head.i])
        return joined and head.pos_ in VERBS and not self._stands_alone(verb) and self._negated(head)

    def _modality(self, verb: Token) -> Modality:
        children = self.tree.children[verb.i]
        if self._is_condition(verb):
            return "conditional"
        for child in children:
            lower = child.lower_
            if child.dep_ == "aux" and lower in POSSIBLE:
                return "possible"
            if child.dep_ == "aux" and lower in PLANNED:
                return self._of_auxiliary(verb, lower)
            if child.dep_ == "advmod":
                if lower in ALLEGING:
                    return "alleged"
                if lower in POSSIBLY:
                    return "possible"
        if self._is_asked(verb):
            return "possible"
        if verb.tag_ in FINITE_PRESENT and self._rests_on_condition(verb):
            return "conditional"
        head = verb.head
        alike = head.tag_ == verb.tag_ or {head.tag_, verb.tag_} == PRESENT
        shared = verb.dep_ == "conj" and alike and not self._stands_alone(verb)
        return self._modality(head) if shared else "asserted"

    def _of_auxiliary(self, verb: Token, auxiliary: str) -> Modality:
        """ "would" follows from a condition, or looks ahead from the past ("she would later marry")."""
        children = self.tree.children[verb.i]
        if self._rests_on_condition(verb):
            return "conditional"
        if auxiliary in {"would", "'d", "’d"}:
            if any(child.lower_ in LATER for child in children):
                return "asserted"
            if any(child.dep_ == "aux" and child.lower_ in {"have", "'ve", "’ve"} for child in children):
                return "conditional"
        return "planned"

    def _is_condition(self, verb: Token) -> bool:
        """ "if", "unless", "provided that"; "should X buy it", "had X bought it"."""
        if verb.lower_ in INVERTED and verb.dep_ == "advcl" and verb.left_edge.i == verb.i:
            return True
        if is_marked(self.tree, verb, CONDITIONS) or self._is_behind_condition(verb):
            return True
        for child in self.tree.children[verb.i]:
            if child.dep_ in SUBJECTS:
                return False
            if child.dep_ in AUXILIARIES and child.lower_ in INVERTED:
                return has_subject(self.tree, verb) and not self._is_asked(verb)
        return False

    def _is_behind_condition(self, verb: Token) -> bool:
        """Whether "provided (that)", "as long as" or the like stands right before the subject of `verb`."""
        subject = next((child for child in self.tree.children[verb.i] if child.dep_ in SUBJECTS), None)
        if subject is None:
            return False
        first = subject.left_edge.i
        words = [token.lower_ for token in self.tree.doc[max(first - MAX_WORDS, 0) : first] if token.lower_ != "that"]
        return any(tuple(words[-len(phrase) :]) == phrase for phrase in CONDITION_PHRASES)

    def _rests_on_condition(self, verb: Token) -> bool:
        """Whether what `verb` says holds under a condition that hangs on it; "even if" and "whether" make none."""
        for child in self.tree.children[verb.i]:
            first = child.left_edge
            words = tuple(token.lower_ for token in self.tree.doc[first.i : first.i + MAX_WORDS])
            if child.dep_ not in {"advcl", "prep", "advmod"} or words[0] in {"even", "whether"}:
                continue
            if child.dep_ == "advcl" and self._is_condition(child):
                return True
            opened = any(words[: len(phrase)] == phrase for phrase in CONDITION_PHRASES)
            if opened and any(has_subject(self.tree, each) for each in self.tree.phrase(child) if each.pos_ in VERBS):
                return True
        return False

    def _is_asked(self, verb: Token) -> bool:
        """Whether the sentence that `verb` heads is a question."""
        while verb.dep_ in {"conj", "xcomp", "ccomp"} and verb.head.i != verb.i:
            verb = verb.head
        marks = (child for child in self.tree.children[verb.i] if child.lower_ == "?")
        return verb.dep_ == "ROOT" and any(child.i >= child.sent.end - 2 for child in marks)

    # who says so

    def _source(self, verb: Token) -> str | None:
        """Who is said to say it: "X said that ...", "according to X", "the rumour that ...", the speaker of a
        quotation; `UNNAMED_SOURCE` when somebody does and the text does not say who."""
        clause = verb
        while True:
            for child in self.tree.children[clause.i]:
                if child.dep_ == "prep" and child.lower_ == "according":
                    targets = [each.head for each in obliques(self.tree, child)]
                    return self._words(targets[0]) if targets else UNNAMED_SOURCE
                if self._is_reported(child):
                    return self._speaker(child)
                if (viewer := self._viewer(child)) is not None:
                    return viewer
            head = clause.head
            if clause.dep_ in {"conj", "xcomp", "advcl"} and head.i != clause.i and head.pos_ in VERBS:
                clause = head
            else:
                break
        if holds(self.tree, clause) and clause.head.lemma_ not in FACT_NOUNS:
            return self._teller(clause.head)
        if clause.dep_ == "pcomp" and clause.head.head.lemma_ in ACCUSING:
            return self._speaker(clause.head.head)
        if clause.dep_ == "ccomp" and self._is_told(clause):
            return self._speaker(clause.head)
        speaker = self.quoted.get(verb.i)
        return None if speaker is None else self._words(speaker)

    def _teller(self, noun: Token) -> str:
        """Whose rumour or claim it is, as far as the text says: "X's claim that", "a claim by X that"."""
        for child in self.tree.children[noun.i]:
            if child.dep_ == "poss" and child.tag_ != "PRP$":
                return self._words(child)
            if child.lower_ == "by" and (agents := self.tree.of(child, "pobj")):
                return self._words(agents[0])
        return UNNAMED_SOURCE

    def _viewer(self, preposition: Token) -> str | None:
        """Whose view it is: "in the view of X", "in X's words"; "in other words" is nobody's."""
        if preposition.lower_ not in {"in", "by"}:
            return None
        for noun in self.tree.of(preposition, "pobj"):
            if noun.lemma_ not in VIEWS:
                continue
            if any(child.tag_ == "PRP$" for child in self.tree.of(noun, "poss")):
                return UNNAMED_SOURCE
            owners = self.tree.of(noun, "poss")
            if any(child.lower_ == "the" for child in self.tree.of(noun, "det")):
                owners += [
                    each for of in self.tree.of(noun, "prep") if of.lower_ == "of" for each in self.tree.of(of, "pobj")
                ]
            if owners:
                return self._words(owners[0])
        return None

    def _is_apart(self, clause: Token) -> bool:
        """Whether a clause only stands before another, with which it is run together."""
        return clause.i < clause.head.i and not self._is_infinitive(clause) and not self._is_told(clause)

    def _is_reported(self, clause: Token) -> bool:
        """ "as X said"; what "everybody would have told you" nobody has said."""
        saying = clause.dep_ == "advcl" and clause.lemma_ in SAYING and is_marked(self.tree, clause, AS)
        return saying and self._modality(clause) == "asserted"

    def _speaker(self, saying: Token) -> str:
        speaker = next((child for child in self.tree.children[saying.i] if child.dep_ in SUBJECTS), None)
        if speaker is None or saying.tag_ == "VBN":
            agents = (each for agent in self.tree.of(saying, "agent") for each in self.tree.of(agent, "pobj"))
            speaker = next(agents, speaker)
        if speaker is None or speaker.lower_ == "it" or self._is_none(speaker):
            return UNNAMED_SOURCE
        return self._words(resolved(self.tree, saying, speaker))

    def _is_told(self, clause: Token) -> bool:
        """Whether a clausal complement is what its governor says or doubts. One before its governor is most often the
        first of two clauses run together ("she married; she kept her name"), unless that one speaks ("it is, he
        said")."""
        if clause.i < clause.head.i:
            between = (child.text for child in self.tree.children[clause.head.i] if clause.i < child.i < clause.head.i)
            return clause.head.lemma_ in SAYING and ";" not in between
        return clause.head.lemma_ not in FACTIVE

    def _words(self, token: Token) -> str:
        return self.tree.doc[token.left_edge.i : token.i + 1].text

    # nouns

    def of_noun(self, noun: Token) -> Stance:
        """How a description stands by its own words: "the alleged founder", "no founder"."""
        modality: Modality = "asserted"
        negated = False
        for child in self.tree.children[noun.i]:
            if child.i < noun.i:
                modality = ADJECTIVES.get(child.lower_, modality)
            negated |= child.dep_ == "det" and child.lower_ in NO
            if child.lower_ == "be" and child.i < noun.i and child.dep_ != "aux":  # "would-be"
                modality = "planned"
        after = self.tree.doc[noun.i + 1 : noun.i + 3]
        if noun.lower_ in ELECT or (len(after) == 2 and after[0].text in "-–" and after[1].lower_ in ELECT):
            modality = "planned"
        return Stance(negated, modality)

    def _of_deed(self, noun: Token) -> Stance:
        """ "the alleged murder of X", "a plan for the purchase of Y", "denied the purchase of Y"."""
        found = self.of_noun(noun)
        negated, modality = found.negated, found.modality
        above, source = noun.head, self._source(self._verb_above(noun))
        if noun.dep_ == "pobj" and above.head.pos_ == "NOUN" and modality == "asserted":
            modality = self._said_by_noun(above.head.lemma_.lower())
        elif noun.dep_ == "pobj" and above.head.lemma_ in ACQUITTING:
            negated = not negated
        elif noun.dep_ == "pobj" and above.head.lemma_ in CHARGING and modality == "asserted":
            modality = "alleged"
        elif noun.dep_ in SUBJECTS and above.pos_ in VERBS and modality == "asserted":
            modality = self._come_to(above)
            negated ^= above.lemma_ in HAPPENING and self._negated(above)
        elif noun.dep_ == "dobj" and above.pos_ in VERBS:
            if above.lemma_ in DENYING:
                negated, source = not negated, self._speaker(above)
            elif modality == "asserted":
                modality = "planned" if above.lemma_ in PLANNING - {"commit"} else modality
                modality = "possible" if above.lemma_ in OPPOSING else modality
        return Stance(negated, modality, source or None)

    def of_post(self, verb: Token) -> Stance:
        """What a verb makes of a post that is its object: "turned down a job", "applied for a place"."""
        nouns = [*self.tree.of(verb, "dobj"), *self.tree.of(verb, "oprd")]
        for preposition in self.tree.of(verb, "prep"):
            nouns += self.tree.of(preposition, "pobj")
        if all(noun.lemma_ not in POSTS for noun in nouns):
            return Stance()
        particles = [child.lower_ for child in self.tree.of(verb, "prt")]
        return Stance(
            " ".join((verb.lemma_, *particles)) in TURNING_DOWN, "planned" if verb.lemma_ in PLANNING else "asserted"
        )

    def _come_to(self, verb: Token) -> Modality:
        """What became of the deed that is the subject of `verb`: "was blocked", "failed", "will be completed"."""
        if verb.lemma_ in FAILING or (verb.lemma_ in OPPOSING | DENYING | REFUSING and is_passive(self.tree, verb)):
            return "possible"
        if verb.lemma_ in PLANNING and is_passive(self.tree, verb):
            return "planned"
        if verb.lemma_ in ALLEGING_VERBS and is_passive(self.tree, verb):
            return "alleged"
        return self._modality(verb) if verb.lemma_ in HAPPENING else "asserted"

    def _said_by_noun(self, noun: str) -> Modality:
        """What "the threat of", "a plan for" and "accusations of" make of the deed."""
        if noun in RISK_NOUNS:
            return "possible"
        if noun in PLAN_NOUNS:
            return "planned"
        return "alleged" if noun in CLAIM_NOUNS else "asserted"

    def _verb_above(self, noun: Token) -> Token:
        while noun.pos_ not in VERBS and noun.head.i != noun.i:
            noun = noun.head
        return noun
