"""The work of a regrade of many answers: in small transactions, and gone on with after a crash."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.jobs import enqueue, job
from app.core.transactions import reading, unit_of_work

from . import queries, services


@job(services.JOB, _l("Grading answers again"))
def regrade(regrade_id: int) -> int:
    """Carry a regrade out; returns how many attempts it looked at. Safe to run twice, and to stop half way."""
    with reading():
        to_do = services.list_to_do(regrade_id)
    batch = services.BATCH
    for start in range(0, len(to_do), batch):
        with unit_of_work():
            services.carry_on(regrade_id=regrade_id, attempt_ids=to_do[start : start + batch])
    with unit_of_work():
        services.finish(regrade_id=regrade_id)
    return len(to_do)


@job("quizzes.resume_regrades", _l("Taking up regrades that were interrupted"), every_minute=True)
def resume() -> None:
    """Hand over again what a killed worker left."""
    with reading():
        lost = queries.list_lost()
    for regrade_id in lost:
        enqueue(services.JOB, regrade_id=regrade_id)
