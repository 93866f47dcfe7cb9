"""Every error that leaves Groundplan, with the exit code of the command line.

GroundplanError                     1   something Groundplan can explain
├── UsageError                      2   the call itself is wrong
│   ├── SourceError                 2   a source that does not exist, is empty or clashes with another
│   ├── GraphClosed                 2   a graph that was closed is used
│   └── QueryRefused                2   an analyst's statement that may not run
├── ConfigurationError             78   what was configured cannot be used as it stands
│   ├── SettingError               78   an unknown setting, or a value outside what is allowed
│   ├── OntologyError              78   an ontology file that cannot be read or contradicts itself
│   ├── PackageMissing             78   an optional package is needed that is not installed
│   ├── AuthenticationFailed       78   the server refused the user name or password
│   └── MigrationPending           78   the graph is older or newer than this package
├── TryLater                       75   transient: the same command may succeed later
│   ├── StoreUnavailable           75   no server answers
│   ├── StoreTimeout               75   a statement ran past its time limit
│   ├── GraphBusy                  75   another run holds the graph
│   ├── EngineUnavailable          75   no worker can be started, or no Dask cluster answers
│   ├── EncoderUnavailable         75   the embeddings server does not answer, or not in time
│   ├── OutOfSpace                 75   the disk of the home is full
│   ├── QuestionCancelled          75   a question was called off before it was answered
│   ├── QuestionTimeout            75   a question ran past the time that its caller gave it
│   └── RunStopped                 75   a run ended early, by SIGTERM or when its time was over
├── TooManyDeadLetters             65   more documents failed than allowed
├── TooManyGone                    65   more documents of a source are gone than may be pruned
├── NotCertified                   65   labelled questions do not show that an error stays below what was asked
├── DocumentError                   1   one document cannot be read; becomes a dead letter, never stops a run
├── ContractExceeded                1   a step would take in or spend more than its contract says
├── EvidenceError                   1   offsets and characters disagree: a defect
├── SchemaError                     1   a packaged statement or migration is broken: a defect
└── StoreError                      1   the server refused a statement of ours: a defect
"""

from __future__ import annotations

from graph_schema.errors import ConfigurationError, EvidenceError, GroundplanError, OntologyError, SchemaError

__all__ = [
    "AuthenticationFailed",
    "ConfigurationError",
    "ContractExceeded",
    "DocumentError",
    "EncoderUnavailable",
    "EngineUnavailable",
    "EvidenceError",
    "GraphBusy",
    "GraphClosed",
    "GroundplanError",
    "MigrationPending",
    "NotCertified",
    "OntologyError",
    "OutOfSpace",
    "PackageMissing",
    "QueryRefused",
    "QuestionCancelled",
    "QuestionTimeout",
    "RunStopped",
    "SchemaError",
    "SettingError",
    "SourceError",
    "StoreError",
    "StoreTimeout",
    "StoreUnavailable",
    "TooManyDeadLetters",
    "TooManyGone",
    "TryLater",
    "UsageError",
]


class UsageError(GroundplanError):
    """The call itself is wrong."""

    exit_code = 2


class SourceError(UsageError):
    """A source does not exist, holds nothing to read, or clashes with another source of the same name."""


class QueryRefused(UsageError):
    """An analyst's statement may not run: it writes, or uses an operator or procedure outside the allow-list."""


class GraphClosed(UsageError):
    """A graph is used after it was closed."""


class SettingError(ConfigurationError):
    """A setting is unknown, or its value is outside what is allowed."""


class AuthenticationFailed(ConfigurationError):
    """The server refused the user name or password."""


class MigrationPending(ConfigurationError):
    """The graph's schema is older or newer than this package; a job never changes it on its own."""


class PackageMissing(ConfigurationError):
    """An optional package is needed that is not installed."""


class TryLater(GroundplanError):
    """Transient: the same command may succeed later."""

    exit_code = 75
    transient = True


class StoreUnavailable(TryLater):
    """No server answers at the address."""


class StoreTimeout(TryLater):
    """A statement ran past its time limit."""


class GraphBusy(TryLater):
    """Another run holds the graph."""


class EngineUnavailable(TryLater):
    """No worker can be started, or no Dask cluster answers."""


class EncoderUnavailable(TryLater):
    """The embeddings server does not answer, or not in time."""


class OutOfSpace(TryLater):
    """The disk of the home is full; what was loaded is kept."""


class RunStopped(TryLater):
    """A run ended early, by SIGTERM or when its time was over; what it did is kept, and the next run goes on."""


class QuestionCancelled(TryLater):
    """A question was called off before it was answered; nothing was changed."""


class QuestionTimeout(TryLater):
    """A question ran past the time that its caller gave it, or waited that long for its turn."""


class TooManyDeadLetters(GroundplanError):
    """More documents failed than allowed; the others were ingested."""

    exit_code = 65


class TooManyGone(GroundplanError):
    """More documents of a source are gone than may be pruned: they were kept, and everything else was ingested."""

    exit_code = 65


class NotCertified(GroundplanError):
    """Labelled questions do not show that the error of answers stays below what was asked; no threshold was set."""

    exit_code = 65


class DocumentError(GroundplanError):
    """One document cannot be read; it becomes a dead letter and never stops the others."""


class ContractExceeded(GroundplanError):
    """A step would take in or spend more than its contract says."""


class StoreError(GroundplanError):
    """The server refused a statement of ours: a defect."""
