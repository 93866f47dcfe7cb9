"""Groundplan: documents structured once, in stages, into a Neo4j knowledge graph that can prove what it says.

    from pipeline import Groundplan

    with Groundplan.open() as kg:
        kg.ingest("letters/")
        print(kg.ask("Who founded Lindqvist Instruments?"))

Importing this imports nothing heavy: each name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pipeline.errors import GroundplanError

if TYPE_CHECKING:
    from pipeline.api import AsyncGroundplan, Groundplan
    from pipeline.ingest.report import RunReport
    from pipeline.query.answer import Answer, Sentence
    from pipeline.query.cancel import CancelToken
    from pipeline.query.citation import Citation
    from pipeline.query.contracts import Budget
    from pipeline.query.coverage import Coverage
    from pipeline.query.history import Turn
    from pipeline.query.results import Entities, Neighbours, Paths
    from pipeline.query.scope import Scope
    from pipeline.settings import Settings
    from pipeline.store.analyst import Table
    from pipeline.store.digest import GraphDigest

__all__ = [
    "Answer",
    "AsyncGroundplan",
    "Budget",
    "CancelToken",
    "Citation",
    "Coverage",
    "Entities",
    "GraphDigest",
    "Groundplan",
    "GroundplanError",
    "Neighbours",
    "Paths",
    "RunReport",
    "Scope",
    "Sentence",
    "Settings",
    "Table",
    "Turn",
]

_HOMES = {
    "Answer": "pipeline.query.answer",
    "AsyncGroundplan": "pipeline.api",
    "Budget": "pipeline.query.contracts",
    "CancelToken": "pipeline.query.cancel",
    "Citation": "pipeline.query.citation",
    "Coverage": "pipeline.query.coverage",
    "Entities": "pipeline.query.results",
    "GraphDigest": "pipeline.store.digest",
    "Groundplan": "pipeline.api",
    "Neighbours": "pipeline.query.results",
    "Paths": "pipeline.query.results",
    "RunReport": "pipeline.ingest.report",
    "Scope": "pipeline.query.scope",
    "Sentence": "pipeline.query.answer",
    "Settings": "pipeline.settings",
    "Table": "pipeline.store.analyst",
    "Turn": "pipeline.query.history",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
