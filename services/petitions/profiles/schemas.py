"""Bodies of profiles and settings."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.petitions.profiles.domain import Channel, Profile, Track, Why
from services.petitions.profiles.domain.practice import ANY
from services.petitions.profiles.models import HandlingProfile
from shared import divisions
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.http.body import Body, Division, Out, Reason, ShortText

ProfileCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{2,31}$"), Field(examples=["cn.zj.nb.2027"])
]
Law = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$"),
    Field(examples=["zhejiang-petition-regulations"]),
]
Article = Annotated[str, StringConstraints(pattern=r"^[0-9()]{0,16}$")]
Days = Annotated[int, Field(ge=1, le=366, strict=True)]


class BasisIn(Body):
    """The article a term stands on; a plan without numbered articles has none."""

    law_code: Law
    article: Article = ""
    title_zh: ShortText
    title_en: ShortText

    @property
    def value(self) -> LegalBasis:
        return LegalBasis(**self.model_dump())


class TermIn(Body):
    """A time limit; `extension` is how far it may be extended, once."""

    amount: Annotated[int, Field(ge=1, le=3660, strict=True)]
    unit: Unit
    basis: BasisIn
    evidence: Annotated[ShortText, Field(description="Source tag", examples=["S17", "DD"])]
    extension: Days | None = None

    @property
    def value(self) -> Term:
        basis = self.basis.value
        rule = ExtensionRule(self.extension, basis) if self.extension else None
        return Term(self.amount, self.unit, basis, evidence=self.evidence, extension=rule)


class ProfileIn(Body):
    """A dated row; without channels or tracks it holds for all of them."""

    code: ProfileCode
    division: Division
    channels: Annotated[list[Channel], Field(min_length=1, max_length=len(Channel))] | None = None
    tracks: Annotated[list[Track], Field(min_length=1, max_length=len(Track))] | None = None
    momentary_only: bool = False
    valid_from: date
    valid_to: date | None = None
    accept: TermIn
    begin: TermIn | None = None
    close: TermIn | None = None
    sender_agrees: bool = False
    pausable: bool = False
    reason: Reason

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("ends_before_start", "valid_to lies before valid_from")
        return self

    @property
    def value(self) -> Profile:
        return Profile(
            code=self.code,
            scope=divisions.scope(self.division),
            channels=frozenset(self.channels or ANY),
            tracks=frozenset(self.tracks or Track),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            accept=self.accept.value,
            begin=self.begin.value if self.begin else None,
            close=self.close.value if self.close else None,
            momentary_only=self.momentary_only,
            sender_agrees=self.sender_agrees,
            pausable=self.pausable,
            shipped=False,
        )


class ProfileEndIn(Body):
    """The last day of receipt it holds for."""

    valid_to: date
    reason: Reason


class BasisOut(Out):
    law_code: str
    article: str
    title_zh: str
    title_en: str


class ExtensionRuleOut(Out):
    each: int
    times: int
    basis: BasisOut


class TermOut(Out):
    amount: int
    unit: Unit
    basis: BasisOut
    evidence: str
    extension: ExtensionRuleOut | None


class ProfileOut(Out):
    """A profile; a shipped one has neither id nor version. `why` answers the asked petition."""

    id: UUID | None = None
    code: str
    scope: str
    channels: list[Channel]
    tracks: list[Track]
    momentary_only: bool
    valid_from: date
    valid_to: date | None
    accept: TermOut
    begin: TermOut | None
    close: TermOut | None
    sender_agrees: bool
    pausable: bool
    shipped: bool
    why: Why | None = None
    version: int | None = None

    @classmethod
    def of(
        cls, profile: Profile, row: HandlingProfile | None = None, why: Why | None = None
    ) -> Self:
        return cls(
            **{
                name: getattr(profile, name)
                for name in Profile.__slots__
                if name not in {"channels", "tracks", "accept", "begin", "close"}
            },
            id=row.id if row else None,
            version=row.version if row else None,
            why=why,
            channels=sorted(profile.channels),
            tracks=sorted(profile.tracks),
            accept=TermOut.model_validate(profile.accept),
            begin=TermOut.model_validate(profile.begin) if profile.begin else None,
            close=TermOut.model_validate(profile.close) if profile.close else None,
        )


class ProfilesOut(Out):
    """All profiles, shipped ones first, and the code of the one that holds for what was asked."""

    items: list[ProfileOut]
    chosen: str | None


class SettingIn(Body):
    """One figure for a place and everything below it, from a day on, and what it rests on."""

    name: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z_]{1,32}\.[a-z_]{1,31}$"),
        Field(examples=["callbacks.tries"]),
    ]
    division: Division
    valid_from: date
    value: Annotated[
        Annotated[bool, Field(strict=True)]
        | Annotated[int, Field(strict=True)]
        | Annotated[ShortText, StringConstraints(strict=True, max_length=64)]
        | Annotated[list[ShortText], Field(max_length=20)],
        Field(examples=[3]),
    ]
    basis: Reason


class SettingOut(Out):
    """A figure in force; `allowed` is what it may be set to, null for what is not set here."""

    name: str
    value: bool | int | float | str | list[str] | dict[str, int] | None
    scope: str
    valid_from: date
    basis: str
    allowed: str | None


class SettingsOut(Out):
    division: str
    day: date
    items: list[SettingOut]
