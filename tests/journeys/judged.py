"""Puts calls into the data of a site that runs: one that has closed, with two applications and who reviews them, and
one that has been open for years.

`python -m tests.journeys.judged` with the site's environment. Everybody signs in with the demonstration's password.
"""

from __future__ import annotations

from datetime import timedelta

from app import create_app
from app.auth import passwords
from app.auth.models import Person, Role
from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants import services
from app.grants.models import GrantCall
from app.grants.rules import Completed
from tests.factories import a_city, a_course, a_person, text
from tests.grants.factories import a_call, a_completion, a_judged_call, an_application

PASSWORD = "demo-demo-demo"


def main() -> None:
    with create_app().app_context():
        now = clock.now()
        course = a_course("streets-at-night")
        kairouan, leuven, braga = (
            a_city("Kairouan", country="TN"),
            a_city("Leuven", country="BE"),
            a_city("Braga", country="PT"),
        )
        people = [
            writer := a_person("Amina Trabelsi", email="amina@judged.example", city=kairouan),
            a_person("Salma Mejri", email="salma@judged.example", city=kairouan, roles=(Role.COORDINATOR,)),
            other := a_person("Lena Maes", email="lena@judged.example", city=leuven, roles=(Role.COORDINATOR,)),
            a_person("Rosa Prado", email="rosa@judged.example", city=braga),
            a_person("Theo Brandt", email="theo@judged.example", city=braga),
            a_person("Ada Okafor", email="ada@judged.example", roles=(Role.ADMINISTRATOR,)),
            a_person("Abel Norton", email="abel@judged.example", roles=(Role.ADMINISTRATOR,)),
        ]
        hashed = passwords.hash_password(PASSWORD)
        with unit_of_work():
            for person in people:
                db.session.get_one(Person, person.id).password_hash = hashed
        a_completion(writer, course, at=now - timedelta(days=40))
        call = a_judged_call(Completed(course.id), slug="night-grant", title="Night streets grant 2027")
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id)
            row.opens_at, row.closes_at = now - timedelta(days=60), now - timedelta(days=5)
        # One that has been open for years: Kairouan met its rule a year ago, and does not meet the rule of today.
        earlier = a_course("lamps-and-law")
        a_completion(writer, earlier, at=now - timedelta(days=400))
        standing = a_call(
            Completed(earlier.id, within_months=12), slug="standing-fund", title="Standing fund",
            opens_at=now - timedelta(days=1_000), closes_at=now + timedelta(days=200),
        )  # fmt: skip
        with clock.at(now - timedelta(days=30)), unit_of_work():
            services.set_rule(
                call_id=standing.id, rule=Completed(earlier.id, within_months=6), by=None,
                approved_by=text("the committee"), approved_on=(now - timedelta(days=31)).date(),
                reason="What was learned must be fresh.",
            )  # fmt: skip
        for city, by in ((kairouan, writer), (leuven, other)):
            an_application(call, city, by, at=now - timedelta(days=7))


if __name__ == "__main__":
    main()
