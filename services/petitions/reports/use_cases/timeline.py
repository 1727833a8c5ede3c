"""A petition in the eight steps of the closed loop of 12345."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.petitions.callbacks import domain as calling
from services.petitions.callbacks.domain import STAGE_OF, Moment, Stage
from services.petitions.callbacks.queries import callbacks_of
from services.petitions.intake.queries import history, petition as read_petition
from services.petitions.repeats.queries import root_of
from services.petitions.reports import queries
from services.petitions.through_train import queries as train_queries


async def timeline_of(session: AsyncSession, petition_id: UUID) -> list[tuple[Stage, list[Moment]]]:
    """What happened to the petition, and what supervised its matter, by step of the loop."""
    petition = await read_petition(session, petition_id)
    steps = [
        Moment(STAGE_OF[line.step], line.step.value, line.at)
        for line in await history(session, petition.id)
        if line.step is not None and line.step in STAGE_OF
    ]
    calls = [
        moment
        for call in await callbacks_of(session, petition.id)
        for moment in calling.moments_of_call(call.result, call.at)
    ]
    root_id = await root_of(session, petition.parent_id or petition.id)
    acts = [
        Moment(Stage.SUPERVISION, line.action.value, line.at)
        for line in await train_queries.steps_of_matter(session, root_id)
    ]
    orders = [
        Moment(Stage.SUPERVISION, each.kind.value, each.issued_at)
        for each in await queries.orders_about(session, petition.id)
    ]
    return calling.timeline([*steps, *calls, *acts, *orders])
