"""How people are called. Who was erased has no name left, and is called so wherever a name is read."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _


def erased_name() -> str:
    """What stands in the place of a name that was erased, in the language of the page."""
    return str(_("(erased)"))


class PersonName(sa.TypeDecorator[str]):
    """A person's name, empty in the database once they are erased.

    It is read as `erased_name()`, so that no page, list or file has to think of it. Nobody else is without a name.
    """

    impl = sa.String(120)
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return erased_name() if value == "" else value
