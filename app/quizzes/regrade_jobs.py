"""The work of a regrade of many answers: in small transactions, and gone on with after a crash."""

from __future__ import annotations

from app.core.jobs import enqueue, job
from app.core.transactions import reading, unit_of_work

from . import regrade_queries, regrade_services


@job(regrade_services.JOB)
def regrade(regrade_id: int) -> int:
    """Carry a regrade out; returns how many attempts it looked at. Safe to run twice, and to stop half way."""
    with reading():
        to_do = regrade_services.list_to_do(regrade_id)
    batch = regrade_services.BATCH
    for start in range(0, len(to_do), batch):
        with unit_of_work():
            regrade_services.carry_on(regrade_id=regrade_id, attempt_ids=to_do[start : start + batch])
    with unit_of_work():
        regrade_services.finish(regrade_id=regrade_id)
    return len(to_do)


@job("quizzes.resume_regrades", every_minute=True)
def resume() -> None:
    """Hand over again what a killed worker left."""
    with reading():
        lost = regrade_queries.list_lost()
    for regrade_id in lost:
        enqueue(regrade_services.JOB, regrade_id=regrade_id)
