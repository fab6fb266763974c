"""How many words a text has, in any script; `static/js/counting.js` counts the same while it is typed."""

from __future__ import annotations

import re

SPACES = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
# Ideographs and kana: one is counted as a word, as word processors do.
SIGNS = (
    "\\u3005-\\u3007\\u3041-\\u3096\\u30a1-\\u30fa\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\U00020000-\\U0003fffd"
)
# Thai, Lao, Burmese, Khmer: written without spaces between words.
UNSPACED = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff"
A_WORD = 5  # letters and vowel signs of those, about

_spaces = re.compile(f"[{SPACES}]+")
_signs = re.compile(f"[{SIGNS}]")
_unspaced = re.compile(f"[{UNSPACED}]")


def words_in(text: str) -> int:
    """Runs between spaces that hold a letter or a digit; where a script has no spaces, by its signs."""
    signs = len(_signs.findall(text))
    letters = len(_unspaced.findall(text))
    rest = _unspaced.sub(" ", _signs.sub(" ", text))
    runs = sum(any(c.isalnum() for c in run) for run in _spaces.split(rest))
    return signs + -(-letters // A_WORD) + runs
