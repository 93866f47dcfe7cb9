"""The root of every error, and those of the schema itself; `pipeline.errors` draws the whole tree."""

from __future__ import annotations


class GroundplanError(Exception):
    """Something Groundplan can explain.

    `message` says what happened and to which value, `remedy` what to do next. Both are positional so that every
    error survives pickling between processes. `exit_code` is what the command line returns; `transient` says
    whether the same call may succeed later without anyone changing anything.
    """

    exit_code = 1
    transient = False

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigurationError(GroundplanError):
    """What was configured cannot be used as it stands."""

    exit_code = 78


class OntologyError(ConfigurationError):
    """An ontology file cannot be read or contradicts itself."""


class SchemaError(GroundplanError):
    """A packaged statement or migration is broken: a defect of the package."""


class EvidenceError(GroundplanError):
    """An offset does not point at the characters it claims to point at: a defect, never written to the graph."""
