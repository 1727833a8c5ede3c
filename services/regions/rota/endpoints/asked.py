"""Who asks about a rota, and the rota or a round of it as the answer."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from services.regions.officers import queries as officers
from services.regions.rota.domain.life import STANDING
from services.regions.rota.models import Rota, RotaDraw, RotaRound
from services.regions.rota.queries import people, rounds
from services.regions.rota.queries.rounds import RoundFile
from services.regions.rota.schemas.rounds import DrawOut, RoundOut, swap_out
from services.regions.rota.schemas.setup import RotaOut
from services.regions.rota.use_cases import setup
from services.regions.rota.use_cases.record import (
    draw_actions,
    is_running,
    rota_actions,
    round_actions,
    swap_actions,
)
from shared.auth.policy import may
from shared.http.access import ActorDep
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import SessionDep


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and where the answer goes."""

    actor: ActorDep
    session: SessionDep
    now: Now
    response: Response

    async def rota(self, row: Rota) -> RotaOut:
        """The rota whole, with what this caller may do next."""
        self.response.headers["ETag"] = etag(row.version)
        return RotaOut.of(
            row,
            await people.unit_files(self.session, row.id),
            rules=await setup.rules(self.session, row.division, now=self.now),
            steps=list(await people.steps(self.session, row.id)),
            actions=rota_actions(self.actor, row),
        )

    async def round(self, row: RotaRound) -> RoundOut:
        """The round whole; names of who is not drawn yet only where the staff may be seen."""
        file = await rounds.file(self.session, row)
        units = await people.units(self.session, row.rota_id)
        seen = await people.everybody(self.session, [each.id for each in units])
        accounts = await self._accounts(file)
        self.response.headers["ETag"] = etag(row.version)
        return RoundOut.of(
            file,
            names={str(each.id): each.name for each in seen}
            | {str(each.staff_id): each.name for each in file.draws},
            draws=[self._draw(file, each, accounts) for each in file.draws],
            steps=list(await people.steps(self.session, row.rota_id, row.id)),
            actions=round_actions(self.actor, row),
            standing=STANDING,
        )

    async def _accounts(self, file: RoundFile) -> dict[UUID, UUID | None]:
        """The login of each officer who is drawn or asked to swap, by the key of the staff line."""
        officer_of = {each.staff_id: each.officer_id for each in file.draws}
        unasked = [each.staff_id for each in file.swaps if each.staff_id not in officer_of]
        for each in await people.staff_by_id(self.session, unasked):
            officer_of[each.id] = each.officer_id
        ids = {each for each in officer_of.values() if each is not None}
        known = await officers.officers_by_id(self.session, ids)
        return {
            staff: known[officer].account_id
            for staff, officer in officer_of.items()
            if officer in known
        }

    def _draw(self, file: RoundFile, draw: RotaDraw, accounts: dict[UUID, UUID | None]) -> DrawOut:
        row = file.round
        speaks = may(
            self.actor,
            "rota.speak_for",
            division=row.division,
            participants=[draw.division],
        )
        swaps = [
            swap_out(
                each,
                swap_actions(
                    self.actor,
                    row,
                    each,
                    running=is_running(draw),
                    speaks=speaks or accounts.get(each.staff_id) == self.actor.id,
                ),
            )
            for each in file.swaps
            if each.draw_id == draw.id
        ]
        actions = draw_actions(
            self.actor,
            row,
            draw,
            account_id=accounts.get(draw.staff_id),
        )
        return DrawOut.of(draw, swaps=swaps, actions=actions)


AskedDep = Annotated[Asked, Depends()]


@dataclass(frozen=True, slots=True)
class Step:
    """One act, on a rota or a round as the caller last read it."""

    asked: AskedDep
    expected_version: ExpectedVersion

    @property
    def call(self) -> dict[str, Any]:
        """What every use case of an act is told."""
        return {"expected_version": self.expected_version, "now": self.asked.now}


StepDep = Annotated[Step, Depends()]
