"""What true and false are called."""

from __future__ import annotations

from app.core.folding import folded

WORDS = {
    "ar": ("صحيح", "خطأ"),
    "de": ("Richtig", "Falsch"),
    "en": ("True", "False"),
    "es": ("Verdadero", "Falso"),
    "fr": ("Vrai", "Faux"),
    "it": ("Vero", "Falso"),
    "nl": ("Waar", "Onwaar"),
    "pt": ("Verdadeiro", "Falso"),
}


def called(language: str) -> tuple[str, str]:
    """True and false in a language, as far as it is known here; else in English."""
    return WORDS.get(language.split("-")[0], WORDS["en"])


def is_called(said: str, truth: bool) -> bool:
    """Whether something is called so in any of the languages."""
    return folded(said) in {folded(words[0 if truth else 1]) for words in WORDS.values()}
