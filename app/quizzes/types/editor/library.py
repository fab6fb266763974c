"""Pictures of a course's library, as a question's form chooses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Form as Row
from wtforms import StringField, ValidationError

from app.core.text import Text

from ..parts import Picture
from .words import box, words

LONGEST_ALTERNATIVE = 500


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture that a question may show. `alternative` is what the library says of it: None, nothing yet.

    Sizes in pixels; `address` is that of the picture, `thumbnail` of a small one.
    """

    hash: str
    name: str
    alternative: Text | None = None
    width: int = 0
    height: int = 0
    address: str = ""
    thumbnail: str = ""


class PictureRow(Row):  # type: ignore[misc]
    """A picture, and what it shows where the library's words are not to be taken."""

    media = StringField(_l("Picture"), filters=[lambda typed: (typed or "").strip()])
    alternative = box(_l("What it shows"), LONGEST_ALTERNATIVE, 2)

    library: Mapping[str, KnownPicture] = {}

    @property
    def empty(self) -> bool:
        """Whether nothing was chosen or typed."""
        return not (self.media.data or self.alternative.data)

    def validate_media(self, field: StringField) -> None:
        if field.data not in self.library and not self.empty:
            raise ValidationError(_l("Choose a picture of the library."))

    def validate_alternative(self, field: Any) -> None:
        known = self.library.get(self.media.data)
        if known and known.alternative is None and not field.data:
            raise ValidationError(_l("Say what the picture shows: the library does not say it yet."))

    def picture(self, library: Mapping[str, KnownPicture], former: Sequence[Picture], language: str) -> Picture:
        """The picture as content. Where nothing was typed it shows what the library says; translations stay."""
        digest = self.media.data
        known = library.get(digest)
        listed = known.alternative if known else None
        old = next((picture.alternative for picture in former if picture.media == digest), None)
        if not self.alternative.data:
            return Picture(digest, listed if listed is not None else Text({}))
        base = old if old is not None else listed if listed is not None else Text({})
        if words(base, language) == self.alternative.data:
            return Picture(digest, base)
        return Picture(digest, base.with_phrase(language, self.alternative.data, language))

    @classmethod
    def values(cls, picture: Picture, language: str) -> dict[str, str]:
        """The values of the row of a picture as it stands."""
        return {"media": picture.media, "alternative": words(picture.alternative, language)}
