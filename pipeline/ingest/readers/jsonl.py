"""JSON Lines: one JSON object a line, one document an object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.ingest.readers.decode import lines, open_text
from pipeline.ingest.readers.records import Records, broken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.ingest.readers.base import Broken, Options, Parsed

# A character may be written as `\uXXXX`, and a record holds more than its text.
_LINE_CHARS_PER_CHAR = 6
_OTHER_FIELDS_CHARS = 1_000_000


def read(path: Path, options: Options) -> Iterator[Parsed | Broken]:
    """The file's documents, line by line; a broken line is one `Broken`, an empty one nothing."""
    records = Records(options)
    limit = _LINE_CHARS_PER_CHAR * options.max_chars + _OTHER_FIELDS_CHARS
    with open_text(path) as file:
        for number, line in lines(file, limit):
            if line is None:
                reason = f"it has more than {limit} characters ({options.setting} is {options.max_chars})"
                yield broken(number, reason, f"Split the record, or raise {options.setting}.")
            elif line.strip():
                yield _record(line, number, records)


def _record(line: str, number: int, records: Records) -> Parsed | Broken:
    try:
        line.encode()  # escaped bytes that are not UTF-8 fail here; a JSON string could hide them
        value = json.loads(line)
    except UnicodeEncodeError as error:
        return broken(number, f"it is not UTF-8 at character {error.start}", "Save the file as UTF-8.")
    except (ValueError, RecursionError) as error:
        return broken(number, f"it is not JSON: {error}", "Mend the line.")
    if not isinstance(value, dict):
        return broken(number, f"it holds a {type(value).__name__}, not an object", "Write one JSON object a line.")
    return records.parse(value, number)
