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


def test_new_words_in_the_source_leave_the_translations_and_what_they_were_made_from() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur"}, "en").with_phrase("en", "Rumours", "en")
    assert text.strings() == {"en": "Rumours", "fr": "Rumeur"}
    assert text.outdated("en") == ["fr"]
    assert text.with_phrase("en", "Rumour", "en").outdated("en") == []  # back to what the translation was made from


def test_a_translation_is_made_from_todays_source() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur"}, "en").with_phrase("en", "Rumours", "en")
    text = text.with_phrase("ar", "إشاعات", "en")
    assert text.outdated("en") == ["fr"]
    assert text.with_phrase("fr", "Rumeur", "en").outdated("en") == []  # it still fits


def test_an_empty_translation_is_taken_out_and_an_empty_source_stays_while_there_are_translations() -> None:
    text = Text.of({"en": "Rumour", "fr": "Rumeur"}, "en")
    assert text.with_phrase("fr", " ", "en").strings() == {"en": "Rumour"}
    emptied = text.with_phrase("en", "", "en")
    assert emptied.best("en", "en") == "" and emptied.outdated("en") == ["fr"]
    assert emptied.with_phrase("fr", "", "en").with_phrase("en", "", "en") == Text({})
