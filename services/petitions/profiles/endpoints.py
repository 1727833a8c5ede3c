"""Profiles and settings over HTTP: what holds where, and a dated row more."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.petitions.profiles import queries, use_cases
from services.petitions.profiles.domain import (
    PROFILES,
    Channel,
    Facts,
    Track,
    Why,
    could_hold,
    weighed,
)
from services.petitions.profiles.domain.figures import KINDS
from services.petitions.profiles.schemas import (
    ProfileEndIn,
    ProfileIn,
    ProfileOut,
    ProfilesOut,
    SettingIn,
    SettingOut,
    SettingsOut,
)
from shared.clocks.days import legal_day
from shared.http.access import ActorDep, policy
from shared.http.body import Division
from shared.http.now import Now
from shared.http.preconditions import ExpectedVersion, etag
from shared.http.routing import Route, SessionDep
from shared.rule_settings import Setting, effective, setting_rows

profiles: Final = APIRouter(prefix="/handling-profiles", tags=["petitions"], route_class=Route)
settings: Final = APIRouter(prefix="/petition-settings", tags=["petitions"], route_class=Route)


# A handful of rows by nature: whole, not in pages.
@profiles.get("", dependencies=[policy("profile.read")])
async def list_profiles(
    session: SessionDep,
    now: Now,
    *,
    division: Division | None = None,
    channel: Channel | None = None,
    track: Track | None = None,
    momentary: bool = False,
    day: Annotated[date | None, Query(description="Day of receipt; today if absent")] = None,
) -> ProfilesOut:
    """All profiles with why each holds or does not, or the ones left by fewer filters."""
    rows = [(queries.profile_of_row(row), row) for row in await queries.rows(session)]
    listed = [*((each, None) for each in PROFILES), *rows]
    reasons: list[Why | None]
    if division and channel and track:
        facts = Facts(division, channel, track, day or legal_day(now), momentary)
        reasons = [*weighed([each for each, _ in listed], facts)]
    else:
        listed = [
            each
            for each in listed
            if could_hold(each[0], division=division, channel=channel, track=track, day=day)
        ]
        reasons = [None for _ in listed]
    items = [
        ProfileOut.of(profile, row, why)
        for (profile, row), why in zip(listed, reasons, strict=True)
    ]
    held = next((each.code for each in items if each.why == "chosen"), None)
    return ProfilesOut(items=items, chosen=held)


@profiles.post("", status_code=201, dependencies=[policy("profile.manage")])
async def add_profile(
    body: ProfileIn, actor: ActorDep, session: SessionDep, now: Now, response: Response
) -> ProfileOut:
    """Bind a place to its own times, from a day on."""
    row = await use_cases.add(session, actor, body.value, reason=body.reason, now=now)
    response.headers["ETag"] = etag(row.version)
    return ProfileOut.of(queries.profile_of_row(row), row)


@profiles.post("/{profile_id}/end", dependencies=[policy("profile.manage")])
async def end_profile(
    profile_id: UUID,
    body: ProfileEndIn,
    version: ExpectedVersion,
    actor: ActorDep,
    session: SessionDep,
    now: Now,
    response: Response,
) -> ProfileOut:
    """The last day of receipt a profile holds for."""
    row = await use_cases.end(
        session,
        actor,
        profile_id,
        valid_to=body.valid_to,
        reason=body.reason,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(row.version)
    return ProfileOut.of(queries.profile_of_row(row), row)


@settings.get("", dependencies=[policy("profile.read")])
async def list_settings(
    session: SessionDep, now: Now, division: Division, day: date | None = None
) -> SettingsOut:
    """The figures in force for a division on a day, each with what it rests on."""
    on_day = day or legal_day(now)
    found = effective(await setting_rows(session), division=division, on_day=on_day)
    items = [_shown(found[name]) for name in sorted(found)]
    return SettingsOut(division=division, day=on_day, items=items)


@settings.post("", status_code=201, dependencies=[policy("profile.manage")])
async def set_figure(body: SettingIn, actor: ActorDep, session: SessionDep, now: Now) -> SettingOut:
    """Set a figure of practice for a place, from a day on; no row before it changes."""
    setting = await use_cases.set_figure(
        session,
        actor,
        name=body.name,
        division=body.division,
        valid_from=body.valid_from,
        value=body.value,
        basis=body.basis,
        now=now,
    )
    return _shown(setting)


def _shown(setting: Setting) -> SettingOut:
    kind = KINDS.get(setting.name)
    return SettingOut(
        name=setting.name,
        value=setting.value,
        scope=setting.scope,
        valid_from=setting.valid_from,
        basis=setting.basis,
        allowed=kind.said if kind else None,
    )
