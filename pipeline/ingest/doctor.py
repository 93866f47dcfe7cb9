"""A check-up: what could keep the job from running, what in the graph is not as it must be, and what to do about it."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graph_schema.errors import GroundplanError
from graph_schema.keys import digest
from pipeline.ingest.sources import remembered
from pipeline.ingest.status import status_of
from pipeline.text.encoder import open_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graph_schema.ontology import Ontology
    from pipeline.ingest.status import Status
    from pipeline.settings import Settings
    from pipeline.store.driver import Store

State = Literal["ok", "warning", "failed"]
CHECKED_QUOTES = 500
MIN_FREE_BYTES = 2_000_000_000
SERVERS = ("5.", "2025.", "2026.")


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check. `remedy` says what to do, and is empty where there is nothing to do."""

    check: str
    state: State
    detail: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def examine_host(settings: Settings) -> Iterator[Finding]:
    """The checks that need no server."""
    yield _disk(settings)
    yield _model(settings)
    yield _encoder(settings)
    yield from _sources(settings)


def examine_graph(store: Store, settings: Settings, ontology: Ontology) -> Iterator[Finding]:
    """The checks of server and graph. Reads only; the spot check of offsets begins at a random claim each time."""
    yield _server(store)
    status = status_of(store, settings, ontology)
    yield _schema(status)
    yield _indexes(store)
    yield _lease(status)
    yield _runs(status)
    yield _waiting(status)
    yield _vectors(store, settings)
    yield _communities(status)
    yield from _orphans(store)
    yield _offsets(store)
    yield _dead_letters(status)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.home if settings.home.exists() else settings.home.anchor).free
    detail = f"{free / 1e9:.1f} GB free in {str(settings.home)!r}"
    if free < MIN_FREE_BYTES:
        return Finding("disk", "warning", detail, "Free some space: record files under records/ may be deleted.")
    return Finding("disk", "ok", detail)


def _model(settings: Settings) -> Finding:
    if importlib.util.find_spec(settings.model) is None and not Path(settings.model).exists():
        remedy = "Install it, or unset GROUNDPLAN_MODEL to use the default."
        return Finding("model", "failed", f"there is no spaCy model {settings.model!r}", remedy)
    return Finding("model", "ok", settings.model)


def _encoder(settings: Settings) -> Finding:
    """Whether it encodes a text, which loads it or asks its server."""
    try:
        encoder = open_encoder(settings)
        if encoder is None:
            return Finding("encoder", "ok", "none: passages are found by their words, not by what they mean")
        encoder.encode(["a text"])
    except GroundplanError as error:
        return Finding("encoder", "failed", error.message, error.remedy)
    return Finding("encoder", "ok", f"{encoder.name!r}, {encoder.dimensions} dimensions")


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        known = remembered(settings.home)
    except GroundplanError as error:
        yield Finding("sources", "failed", error.message, error.remedy)
        return
    for name, folder in sorted(known.items()):
        if not Path(folder).is_dir():
            remedy = f"Mount it, or say where it lies now: groundplan ingest {name}=PATH."
            yield Finding("sources", "warning", f"the folder {folder!r} of source {name!r} is not there", remedy)
    if all(Path(folder).is_dir() for folder in known.values()):
        yield Finding("sources", "ok", f"{len(known)} known, all there")


def _server(store: Store) -> Finding:
    row = next(iter(store.read("server")), None)
    if row is None or not row["version"].startswith(SERVERS):
        said = "an unknown server" if row is None else f"Neo4j {row['version']}"
        return Finding("server", "warning", said, "Groundplan is tested with Neo4j 5.26.")
    return Finding("server", "ok", f"Neo4j {row['version']} {row['edition']} at {store.connection.uri}")


def _schema(status: Status) -> Finding:
    if status.pending_migrations:
        names = ", ".join(status.pending_migrations)
        return Finding("schema", "failed", f"lacks {names}", "Back the graph up, then run `groundplan migrate`.")
    return Finding("schema", "ok", "every migration, constraint and index is there")


def _indexes(store: Store) -> Finding:
    rows = store.read("indexes")
    broken = [f"{row['name']} is {row['state']}" for row in rows if row["state"] != "ONLINE"]
    if any("FAILED" in each for each in broken):
        remedy = "Drop what failed (DROP INDEX name) and run `groundplan migrate`; the server's log says why."
        return Finding("indexes", "failed", ", ".join(broken), remedy)
    if broken:
        return Finding("indexes", "warning", ", ".join(broken), "Wait until they are populated.")
    return Finding("indexes", "ok", f"{len(rows)} online")


def _lease(status: Status) -> Finding:
    holder = status.holder
    if holder is None:
        return Finding("lease", "ok", "nobody works on the graph")
    said = f"process {holder.pid} on {holder.host} since {holder.since}"
    if status.running:
        return Finding("lease", "ok", f"held by {said}")
    return Finding("lease", "warning", f"left behind by {said}", "The next run takes it over; nothing to do.")


def _runs(status: Status) -> Finding:
    if not status.runs:
        return Finding("last run", "warning", "none yet", "Run `groundplan ingest SOURCE...`.")
    last = status.runs[0]
    said = f"{last.status}, begun {last.started}"
    if last.status == "running" and not status.running:
        remedy = "It was killed: run the same command again, which finishes its work."
        return Finding("last run", "warning", said, remedy)
    if last.status in {"failed", "stopped"}:
        return Finding("last run", "warning", said, "Run the same command again.")
    return Finding("last run", "ok", said)


def _waiting(status: Status) -> Finding:
    said = ", ".join(f"{count} {what}" for what, count in status.waiting.items())
    if said and not status.running:
        return Finding("unfinished work", "warning", said, "The next run finishes it: run `groundplan ingest` again.")
    return Finding("unfinished work", "ok", said or "none")


def _vectors(store: Store, settings: Settings) -> Finding:
    """Whether every document has its vectors, by the encoder that is set."""
    encoder = open_encoder(settings)
    if encoder is None:
        return Finding("vectors", "ok", "none are made: the encoder is 'none'")
    (row,) = store.read("count_documents_to_embed", encoder=encoder.name)
    if row["documents"]:
        said = f"{row['documents']} documents wait for those of {encoder.name!r}"
        remedy = "Until they have them, they are found by their words alone. The next run makes them: ingest again."
        return Finding("vectors", "warning", said, remedy)
    return Finding("vectors", "ok", f"every document has those of {encoder.name!r}")


def _communities(status: Status) -> Finding:
    found = status.communities
    if found is not None and found.left_out:
        remedy = "Questions about themes find none. Set GROUNDPLAN_MAX_COMMUNITY_ENTITIES higher if memory allows."
        return Finding("communities", "warning", str(found), remedy)
    if found is not None and found.waiting and not status.running:
        remedy = "The next run finds them: run `groundplan ingest` again."
        return Finding("communities", "warning", str(found), remedy)
    return Finding("communities", "ok", str(found or "none yet"))


def _orphans(store: Store) -> Iterator[Finding]:
    found = [row for row in store.read("orphans") if row["count"]]
    for row in found:
        remedy = "This is a defect: keep the logs and report it. Deleting the graph and ingesting again mends it."
        yield Finding("orphans", "failed", f"{row['count']} {row['what']}", remedy)
    if not found:
        yield Finding("orphans", "ok", "none")


def _offsets(store: Store) -> Finding:
    found = store.read("quotes_from", key=digest(secrets.token_hex(8)), limit=CHECKED_QUOTES)
    found += store.read("quotes_from", key="", limit=CHECKED_QUOTES - len(found))  # a small graph is checked whole
    rows = {row["key"]: row for row in found}
    wrong = [key for key, row in rows.items() if not row["text"].startswith(row["quote"], row["start"])]
    if wrong:
        remedy = "The graph was changed by hand, or this is a defect: report it, then ingest the documents again."
        return Finding("offsets", "failed", f"{len(wrong)} of {len(rows)} quotes are not the text: {wrong[0]}", remedy)
    return Finding("offsets", "ok", f"{len(rows)} quotes checked against their text")


def _dead_letters(status: Status) -> Finding:
    if not status.dead_letters:
        return Finding("dead letters", "ok", "none")
    said = ", ".join(f"{count} in {stage}" for stage, count in status.dead_letters.items())
    return Finding("dead letters", "warning", said, "Read dead-letters/outstanding.jsonl; then `groundplan retry`.")
