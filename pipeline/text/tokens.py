"""How large a text is to a language model, without any model's tokenizer."""

from __future__ import annotations

import re

_PIECES = re.compile(r"\w+|[^\w\s]")
CHARS_A_TOKEN = 4


def count_tokens(text: str) -> int:
    """An estimate on the safe side: every punctuation mark is a token, and every word one for each begun four
    characters. Tokenizers in use stay below it on ordinary prose."""
    return sum(-(-len(piece) // CHARS_A_TOKEN) for piece in _PIECES.findall(text))
