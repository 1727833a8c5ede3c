"""The text of an agreement: written, put on the table, changed, given up, written anew."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.regions.agreements import queries
from services.regions.agreements.domain import Form, System, life, terms as text_of
from services.regions.agreements.domain.consent import Answer, NotAParty, fingerprint
from services.regions.agreements.domain.life import Action, RenewalUnderWay, State
from services.regions.agreements.domain.terms import (
    Attachment,
    BadAgreement,
    PartyTerms,
    RotationTerms,
    SharedData,
    SystemTerms,
    Terms,
)
from services.regions.agreements.models import Agreement, AgreementParty, AgreementText
from services.regions.agreements.queries import AgreementFile
from services.regions.agreements.use_cases.record import (
    KIND,
    NEGOTIATION,
    Held,
    lock,
    note,
    take,
)
from services.regions.bureaus import queries as bureaus
from services.regions.calendars import queries as calendars
from services.regions.divisions.use_cases import require_known
from shared import divisions
from shared.auth.actor import Actor
from shared.auth.policy import require
from shared.clock_rows.rows import Ladder, drop_clocks, start_clock
from shared.clocks.days import legal_day
from shared.ids import uuid7
from shared.rule_settings import rule_settings

DRAFTED: Final = "draft"


async def draft(
    session: AsyncSession,
    actor: Actor,
    *,
    drafter: str,
    terms: Terms,
    now: datetime,
    predecessor_id: UUID | None = None,
) -> Agreement:
    """Write a draft. Nobody but the drafter's own division sees it."""
    require(actor, "agreement.draft", division=drafter)
    basis = await _sound(session, terms, drafter=drafter, today=legal_day(now))
    agreement = Agreement(
        id=uuid7(),
        drafter=drafter,
        predecessor_id=predecessor_id,
        state=State.DRAFT,
        text_version=0,
        drafted_at=now,
        drafted_by=actor.id,
        changed_at=now,
        visible_to=[divisions.scope(drafter)],
        **_columns(terms, basis),
    )
    session.add(agreement)
    await session.flush()
    held = Held(AgreementFile(agreement, []), None)
    await _put_parties(session, held, terms.parties)
    await note(session, actor, held, DRAFTED, division=drafter, reason=None, now=now)
    return agreement


async def revise(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    terms: Terms,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """Change the text: the drafter its draft, any party the one on the table.

    On the table, another text is a new version with its own hash, and no signature goes with it;
    who the parties are is settled with the draft.
    """
    held = await lock(session, agreement_id)
    agreement = held.agreement
    require(actor, "agreement.draft", division=division)
    agreement.require_version(expected_version)
    life.step(agreement.state, Action.REVISE)
    on_table = agreement.state is State.NEGOTIATING
    if division != agreement.drafter and not (on_table and division in held.file.codes):
        raise NotAParty(reason=division, division=division, pointer="/division")
    if on_table and set(terms.codes) != set(held.file.codes):
        raise BadAgreement(reason="parties change in a draft only", pointer="/parties")
    basis = await _sound(session, terms, drafter=agreement.drafter, today=legal_day(now))
    columns = _columns(terms, basis)
    changed = columns["text_hash"] != agreement.text_hash
    if on_table:
        take(held, held.file.talks.revise(columns["text_hash"]))
    for name, value in columns.items():
        setattr(agreement, name, value)
    await _put_parties(session, held, terms.parties)
    if on_table and changed:
        _keep_text(session, actor, agreement, terms, basis, by=division, now=now)
    await note(session, actor, held, Action.REVISE, division=division, reason=None, now=now)
    return agreement


async def negotiate(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    reason: str | None,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """Put the draft before the parties; from now on they and those above them see it."""
    held = await lock(session, agreement_id)
    agreement = held.agreement
    require(actor, "agreement.draft", division=agreement.drafter)
    agreement.require_version(expected_version)
    life.step(agreement.state, Action.NEGOTIATE)
    await _claim_predecessor(session, agreement)
    agreement.visible_to = divisions.visibility([agreement.drafter, *held.file.codes])
    for party in held.file.parties:
        party.visible_to = agreement.visible_to
    until = await _start_negotiation(session, held, now=now)
    take(held, held.file.talks.negotiate(until=until))
    agreement.negotiate_until = until
    terms = terms_of(held.file)
    _keep_text(
        session, actor, agreement, terms, agreement.legal_basis, by=agreement.drafter, now=now
    )
    await note(
        session,
        actor,
        held,
        Action.NEGOTIATE,
        division=agreement.drafter,
        reason=reason,
        now=now,
    )
    return agreement


async def break_off(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    reason: str,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """Give the draft or the negotiation up; what it was to renew may be renewed another way."""
    held = await lock(session, agreement_id)
    agreement = held.agreement
    require(actor, "agreement.draft", division=agreement.drafter)
    agreement.require_version(expected_version)
    agreement.state = life.step(agreement.state, Action.BREAK_OFF)
    await drop_clocks(session, subject_id=agreement.id, at=now)
    if agreement.predecessor_id is not None:
        predecessor = await queries.lock_agreement(session, agreement.predecessor_id)
        if predecessor.successor_id == agreement.id:
            predecessor.successor_id = None
    await note(
        session,
        actor,
        held,
        Action.BREAK_OFF,
        division=agreement.drafter,
        reason=reason,
        now=now,
    )
    return agreement


async def renew(
    session: AsyncSession,
    actor: Actor,
    agreement_id: UUID,
    *,
    division: str,
    valid_from: date,
    valid_to: date | None,
    expected_version: int,
    now: datetime,
) -> Agreement:
    """A party drafts the successor: the same text for other days, to be negotiated as any other.

    The agreement itself stands until the successor comes into force.
    """
    held = await lock(session, agreement_id)
    require(actor, "agreement.draft", division=division)
    held.agreement.require_version(expected_version)
    life.step(held.agreement.state, Action.RENEW)
    held.party(division)
    if held.agreement.successor_id is not None:
        raise RenewalUnderWay
    terms = terms_of(held.file).lasting(valid_from, valid_to)
    return await draft(
        session, actor, drafter=division, terms=terms, now=now, predecessor_id=agreement_id
    )


async def _claim_predecessor(session: AsyncSession, agreement: Agreement) -> None:
    """Link both ways; of several drafts the first on the table is the successor."""
    if agreement.predecessor_id is None:
        return
    predecessor = await queries.lock_agreement(session, agreement.predecessor_id)
    life.step(predecessor.state, Action.RENEW)
    if predecessor.successor_id is not None:
        raise RenewalUnderWay
    predecessor.successor_id = agreement.id


async def _start_negotiation(
    session: AsyncSession, held: Held, *, now: datetime
) -> datetime | None:
    settings = await rule_settings(session, division=held.agreement.drafter, on_day=legal_day(now))
    due = await start_clock(
        session,
        subject_kind=KIND,
        subject_id=held.agreement.id,
        kind=NEGOTIATION,
        term=life.term_in_days(settings["agreement.negotiation_days"]),
        ladder=Ladder(
            timedelta(hours=settings["cooperation.warn_before_hours"]),
            timedelta(hours=settings["cooperation.raise_after_hours"]),
        ),
        started_at=now,
        seen_by=[held.agreement.drafter, *held.file.codes],
    )
    return due.due_at


async def _sound(
    session: AsyncSession, terms: Terms, *, drafter: str, today: date
) -> list[Mapping[str, Any]]:
    """What the text stands on; an error if the text itself does not hold together."""
    text_of.require_sound(terms, drafter=drafter)
    await require_known(session, terms.codes, on_day=today, pointer="/parties")
    for place, party in enumerate(terms.parties):
        if party.bureau_id is None:
            continue
        bureau = await bureaus.bureau(session, party.bureau_id)
        if bureau.division != party.division:
            pointer = f"/parties/{place}/bureau_id"
            raise BadAgreement(reason="the bureau is another division's", pointer=pointer)
    if terms.parent_agreement_id is not None:
        parent = await queries.agreement(session, terms.parent_agreement_id)
        if parent.state not in life.BINDING:
            pointer = "/parent_agreement_id"
            raise BadAgreement(reason="what is above it does not bind", pointer=pointer)
        outer = await queries.file(session, parent)
        text_of.require_within(terms.codes, outer.codes, pointer="/parties")
    laws = {law for law, _ in text_of.LEGAL_ROOTS}
    rows = [
        row
        for law in sorted(laws)
        for row in await calendars.bases(
            session, law_code=law, on_day=today, after=None, limit=1000
        )
    ]
    return text_of.cited((row.law_code, row.article, row.title_zh) for row in rows)


def _columns(terms: Terms, basis: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The text as columns of the agreement."""
    plain = text_of.plain(terms, basis)
    as_they_are = ("title", "body", "media", "industries", "border_strip_km", "forms", "systems")
    return {
        **{name: plain[name] for name in as_they_are},
        "parent_agreement_id": terms.parent_agreement_id,
        "valid_from": terms.valid_from,
        "valid_to": terms.valid_to,
        "rotation_order": list(terms.rotation.order),
        "rotation_offset": terms.rotation.offset,
        "rotation_months": terms.rotation.months,
        "data_sharing": plain["data_sharing"],
        "attachments": plain["attachments"],
        "legal_basis": plain["legal_basis"],
        "text_hash": fingerprint(plain),
    }


def terms_of(file: AgreementFile) -> Terms:
    """The text as the rows hold it."""
    row = file.agreement
    return Terms(
        title=row.title,
        body=row.body,
        parent_agreement_id=row.parent_agreement_id,
        parties=tuple(
            PartyTerms(
                division=each.division,
                organisation=each.organisation,
                bureau_id=each.bureau_id,
                signatory=each.signatory,
                signatory_post=each.signatory_post,
                liaison_unit=each.liaison_unit,
                liaison_person=each.liaison_person,
                liaison_phone=each.liaison_phone,
            )
            for each in file.parties
        ),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        media=tuple(row.media),
        industries=tuple(row.industries),
        border_strip_km=row.border_strip_km,
        forms=tuple(map(Form, row.forms)),
        systems=tuple(SystemTerms(System(each["system"]), each["terms"]) for each in row.systems),
        rotation=RotationTerms(tuple(row.rotation_order), row.rotation_offset, row.rotation_months),
        data_sharing=tuple(SharedData(**each) for each in row.data_sharing),
        attachments=tuple(Attachment(**each) for each in row.attachments),
    )


async def _put_parties(session: AsyncSession, held: Held, parties: Sequence[PartyTerms]) -> None:
    """The parties as the text has them now; who stays keeps its row."""
    known = {each.division: each for each in held.file.parties}
    for gone in set(known) - {each.division for each in parties}:
        await session.delete(known[gone])
    rows = []
    for position, terms in enumerate(parties):
        row = known.get(terms.division) or _unanswered(held.agreement, terms.division)
        row.position = position
        row.organisation, row.bureau_id = terms.organisation, terms.bureau_id
        row.signatory, row.signatory_post = terms.signatory, terms.signatory_post
        row.liaison_unit, row.liaison_person = terms.liaison_unit, terms.liaison_person
        row.liaison_phone = terms.liaison_phone
        session.add(row)
        rows.append(row)
    held.file.parties[:] = rows
    await session.flush()


def _unanswered(agreement: Agreement, division: str) -> AgreementParty:
    return AgreementParty(
        agreement_id=agreement.id,
        division=division,
        position=0,
        organisation="",
        signatory="",
        liaison_unit="",
        liaison_person="",
        answer=Answer.PENDING,
        visible_to=agreement.visible_to,
    )


def _keep_text(
    session: AsyncSession,
    actor: Actor,
    agreement: Agreement,
    terms: Terms,
    basis: Sequence[Mapping[str, Any]],
    *,
    by: str,
    now: datetime,
) -> None:
    """The next text on the table, whole."""
    agreement.text_version += 1
    kept = AgreementText(
        id=uuid7(),
        agreement_id=agreement.id,
        text_version=agreement.text_version,
        text_hash=agreement.text_hash,
        content=text_of.plain(terms, basis),
        proposed_by=by,
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
        visible_to=agreement.visible_to,
    )
    session.add(kept)
