"""Words that put in doubt what they govern: what is planned, tried, refused, alleged, possible or a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph_schema.models import Modality

FACTIVE = frozenset(
    "know find show learn discover remember recall reveal prove realize realise help see make have force cause mean "
    "be".split()
)
PLANNING = frozenset(
    "plan intend hope want wish propose aim agree expect decide consider try attempt offer seek promise threaten vow "
    "prepare ask urge order let need schedule set design like pledge encourage instruct demand call invite recommend "
    "request commit plot conspire ensure insure guarantee aspire dream struggle apply long yearn strive endeavor "
    "endeavour compete campaign bid vie fight push lobby volunteer pray wait contemplate envisage envision arrange "
    "resolve opt elect beg plead".split()
)
POSSIBLE_VERBS = frozenset("allow enable permit tend".split())
ALLEGING_VERBS = frozenset(
    "say claim report state believe think allege rumour rumor understand consider suspect accuse charge assume suppose "
    "estimate seem appear".split()
)
REFUSING = frozenset("refuse decline fail deny forget neglect cease avoid".split())
TURNING_DOWN = REFUSING | {"reject", "spurn", "turn down", "pass up"}
POSTS = frozenset(
    "job work post position role place seat offer scholarship contract chair professorship fellowship membership "
    "presidency chairmanship directorship leadership admission".split()
)
COMMANDING = frozenset("tell warn".split())
PRETENDING = frozenset("pretend feign purport".split())
BELIEVING = frozenset("believe think suppose assume suspect understand allege rumour rumor consider".split())
FAILING = frozenset("abandon fail collapse reject veto halt scrap drop shelve withdraw foil thwart".split())
HAPPENING = frozenset("complete finalise finalize happen occur close conclude approve begin start take go".split())
NEARLY = frozenset({"almost", "nearly"})
ELECT = frozenset({"elect", "designate"})
ACCUSING = frozenset("accuse suspect charge".split())
CHARGING = ACCUSING | frozenset("try arrest want investigate question indict prosecute blame detain".split())
ACQUITTING = frozenset("acquit clear exonerate absolve".split())
PREVENTING = frozenset("prevent stop keep bar ban prohibit discourage dissuade".split())
OPPOSING = frozenset("oppose block prevent stop fear cancel avert".split())
DENYING = frozenset("deny dispute reject doubt disprove refute".split())
GOVERNING = ALLEGING_VERBS | PLANNING | REFUSING | PREVENTING
ALLEGING = frozenset("allegedly reportedly supposedly apparently purportedly".split())
POSSIBLY = frozenset("perhaps possibly probably maybe likely presumably".split())
UNLIKELY = frozenset("unlikely impossible untrue false unable unwilling".split())
LIKELY = frozenset(
    "possible likely probable able conceivable willing ready eager keen anxious hopeful desperate determined poised "
    "reluctant hesitant eligible free".split()
)
FIRST = frozenset("first second third last only next youngest oldest".split())
DUE = frozenset("due about".split())
VIEWS = frozenset("view opinion word eye judgement judgment account telling estimation".split())
POSSIBLE = frozenset("may might could can".split())
PLANNED = frozenset("will would shall should 'll 'd ’ll ’d must".split())
CONDITIONS = frozenset({"if", "unless", "whether"})
CONDITION_PHRASES = tuple(
    tuple(phrase.split())
    for phrase in (
        "if",
        "unless",
        "provided",
        "providing",
        "assuming",
        "supposing",
        "as long as",
        "so long as",
        "on condition",
        "on the condition",
        "in case",
        "in the event",
    )
)
INVERTED = frozenset({"should", "had", "were"})
LATER = frozenset("later eventually subsequently soon".split())
NEGATIONS = frozenset("never not n't n’t neither nor hardly scarcely".split())
NO = frozenset({"no", "neither"})
FACT_NOUNS = frozenset("fact evidence proof knowledge discovery news realization realisation reason time way".split())
PLAN_NOUNS = frozenset(
    "plan plans proposal intention bid attempt effort decision agreement promise offer deal pledge desire wish need"
    " goal aim right opportunity request order call".split()
)
RISK_NOUNS = frozenset("threat risk danger possibility prospect chance likelihood fear hope potential".split())
ADJECTIVES: dict[str, Modality] = {
    **dict.fromkeys(
        "alleged supposed reported suspected purported claimed rumoured rumored styled proclaimed called pretended"
        " false fake".split(),
        "alleged",
    ),
    **dict.fromkeys(
        "planned proposed intended scheduled upcoming attempted promised future prospective incoming aspiring"
        " designated".split(),
        "planned",
    ),
    **dict.fromkeys("possible potential likely threatened probable hypothetical".split(), "possible"),
}
PRESENT = frozenset({"VB", "VBP"})
