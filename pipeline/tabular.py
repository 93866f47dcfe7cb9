"""Results as tables: rows of plain values, and a data frame where pandas is installed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from pipeline.errors import PackageMissing


class Tabular(ABC):
    """A result that is a table too."""

    __slots__ = ()

    @abstractmethod
    def to_rows(self) -> list[dict[str, Any]]:
        """One dictionary of plain values a row, each with the same columns in the same order."""

    def to_pandas(self) -> Any:  # noqa: ANN401
        """The rows as a `pandas.DataFrame`. Raises `PackageMissing` where pandas is not installed."""
        try:
            from pandas import DataFrame
        except ModuleNotFoundError as error:
            raise PackageMissing(
                f"a data frame needs {error.name!r}, which is not installed.",
                "Install pandas (`pip install pandas`), or use to_rows().",
            ) from None
        return DataFrame(self.to_rows())
