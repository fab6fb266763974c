from __future__ import annotations

import msgspec

from app.core.text import Phrase, Text, string_hash


def test_the_best_string_is_the_language_asked_for_else_the_source() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur"}, "en")
    assert text.best("fr", "en") == "Rumeur"
    assert text.spoken("ar", "en") == ("en", "Rumour")


def test_without_language_and_source_any_string_is_better_than_none() -> None:
    assert Text({"fr": Phrase("Rumeur")}).spoken("ar", "en") == ("fr", "Rumeur")
    assert Text({}).spoken("ar", "en") == ("en", "")


def test_an_empty_translation_is_no_translation() -> None:
    assert Text.of({"en": "Rumour", "fr": "  "}, "en").strings() == {"en": "Rumour"}


def test_a_translation_is_out_of_date_when_its_source_changed() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur", "ar": "إشاعة"}, "en")
    assert text.outdated("en") == []
    changed = Text({**text.phrases, "en": Phrase("Rumours")})
    assert changed.outdated("en") == ["ar", "fr"]
    caught_up = Text({**changed.phrases, "fr": Phrase("Rumeurs", string_hash("Rumours"))})
    assert caught_up.outdated("en") == ["ar"]


def test_nothing_is_out_of_date_where_the_source_is_missing() -> None:
    assert Text({"fr": Phrase("Rumeur", "0" * 16)}).outdated("en") == []


def test_a_text_survives_json() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur"}, "en")
    assert msgspec.json.decode(msgspec.json.encode(text), type=Text) == text
