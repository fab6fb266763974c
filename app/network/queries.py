"""What there is to know of cities."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.extensions import db

from . import labels
from .models import City, CityDomain, Region


def is_there() -> sa.ColumnElement[bool]:
    """That a city has not left the network by today; a day of leaving that is still to come is no leaving."""
    return sa.or_(City.left_on.is_(None), City.left_on > clock.now().date())


def matching(search: str = "", region: Region | None = None) -> sa.Select[City]:
    """The cities whose name or domain has every word of `search`, members first, then by name: to build upon."""
    chosen = sa.select(City)
    for word in folded(search).split():
        of_domain = sa.exists().where(
            CityDomain.city_id == City.id, fold(CityDomain.domain).contains(word, autoescape=True)
        )
        chosen = chosen.where(sa.or_(fold(City.name).contains(word, autoescape=True), of_domain))
    if region is not None:
        chosen = chosen.where(City.region == region)
    return chosen.order_by(sa.not_(is_there()), fold(City.name), City.country, City.id)


def get_city(city_id: int, *, lock: bool = False) -> City:
    """A city with its domains, in two statements. `lock`: held until the end of the transaction. Raises `NotFound`."""
    wanted = sa.select(City).where(City.id == city_id).options(selectinload(City.domains))
    if lock:
        wanted = wanted.with_for_update(key_share=True)  # whoever comes to belong to the city need not wait
    city: City | None = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if city is None:
        raise NotFound
    return city


def list_choices(*, among: frozenset[int] | None = None, with_left: bool = False) -> list[tuple[int, str]]:
    """Id and name with country of the members, by name; `among`: only these; `with_left`: former members too."""
    chosen = matching().with_only_columns(City.id, City.name, City.country)
    if not with_left:
        chosen = chosen.where(is_there())
    if among is not None:
        chosen = chosen.where(City.id.in_(among))
    return [(city_id, labels.city_label(name, country)) for city_id, name, country in db.session.execute(chosen)]


def find_namesake(*, name: str, country: str, other_than: int | None = None) -> City | None:
    """Another city of that name in that country, however it is accented or capitalised."""
    namesake: City | None = db.session.scalars(
        sa.select(City)
        .where(fold(City.name) == folded(name), City.country == country, City.id != (other_than or 0))
        .order_by(City.id)
        .limit(1)
    ).first()
    return namesake


def list_owners(domains: tuple[str, ...], *, other_than: int | None = None) -> list[tuple[str, str]]:
    """Domain and name of the city for those of `domains` that another city has, by domain."""
    rows = db.session.execute(
        sa.select(CityDomain.domain, City.name)
        .join(City)
        .where(CityDomain.domain.in_(domains), City.id != (other_than or 0))
        .order_by(CityDomain.domain)
    )
    return [(domain, name) for domain, name in rows]
