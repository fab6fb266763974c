"""Cities, and the e-mail domains that place a person in one."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.base import Base, one_of


class Region(StrEnum):
    """The network's regional hubs."""

    AFRICA = "africa"
    AMERICAS = "americas"
    ASIA_PACIFIC = "asia_pacific"
    EUROPE = "europe"
    MIDDLE_EAST_NORTH_AFRICA = "middle_east_north_africa"


class SizeBand(StrEnum):
    """Residents: under 100,000; under a million; a million and more."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class City(Base):
    """A member of the network: a municipality or another subnational authority."""

    __tablename__ = "city"
    __table_args__ = (
        sa.UniqueConstraint("name", "country"),
        one_of("region", Region),
        one_of("size_band", SizeBand),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    country: Mapped[str] = mapped_column(sa.String(2), comment="ISO 3166-1 alpha-2")
    region: Mapped[str] = mapped_column(sa.String(40))
    size_band: Mapped[str] = mapped_column(sa.String(20))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    figures_public: Mapped[bool] = mapped_column(default=False)

    domains: Mapped[list[CityDomain]] = relationship(
        back_populates="city", order_by="CityDomain.domain", cascade="all, delete-orphan"
    )


class CityDomain(Base):
    """A confirmed address in this domain, or below it, places its owner in the city."""

    __tablename__ = "city_domain"

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(sa.ForeignKey("city.id"), index=True)
    domain: Mapped[str] = mapped_column(sa.String(253), unique=True)

    city: Mapped[City] = relationship(back_populates="domains")
