"""The filter of the network page, as it stands in its address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from app.core.forms import Form
from app.network.labels import REGIONS
from app.network.models import Region


class NetworkFilter(Form):
    """Which cities to show; a region that there is none of counts as all."""

    class Meta:
        csrf = False

    region = SelectField(_l("Region"), default="", validate_choice=False)

    def __init__(self, asked: MultiDict[str, str]) -> None:
        super().__init__(asked)
        self.region.choices = [("", _l("All regions")), *((r.value, REGIONS[r]) for r in Region)]

    @property
    def chosen(self) -> Region | None:
        return Region(self.region.data) if self.region.data in set(Region) else None
