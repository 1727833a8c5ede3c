"""Bodies about who petitions; identities come in here and go to the vault."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.petitions.vault.domain import Field as IdentityField, Identity, PartyRole, Signatory
from shared.http.body import Body, Out, ShortText

Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+][0-9 -]{4,24}$")]
IdNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{17}[0-9Xx]$")]


class PetitionerIn(Body):
    """Who complains; goes to the vault and nowhere else."""

    name: Annotated[ShortText, Field(examples=["王小明"])]
    phone: Phone | None = None
    id_number: IdNumber | None = None
    address: ShortText | None = None


class PartyIn(PetitionerIn):
    """Somebody who petitions beside the petitioner, and as what."""

    role: Literal[
        PartyRole.CO_SIGNER, PartyRole.REPRESENTATIVE, PartyRole.PRINCIPAL, PartyRole.PROXY
    ]

    @property
    def signatory(self) -> Signatory:
        return Signatory(Identity(**self.model_dump(exclude={"role"})), self.role)


class RoleIn(Body):
    """As what somebody petitions from now on."""

    party_id: UUID
    role: Literal[
        PartyRole.CO_SIGNER, PartyRole.REPRESENTATIVE, PartyRole.PRINCIPAL, PartyRole.PROXY
    ]


class PartiesIn(Body):
    """Who joins the petition, and whose role changes: representatives may be chosen later."""

    added: Annotated[list[PartyIn], Field(max_length=200)] = Field(default_factory=list)
    changed: Annotated[list[RoleIn], Field(max_length=200)] = Field(default_factory=list)


class RevealIn(Body):
    """Which fields of whose identity, or the text as written, and what for."""

    party_id: Annotated[
        UUID | None, Field(description="Of the petition's parties; else the petitioner")
    ] = None

    fields: Annotated[
        list[Literal["name", "phone", "id_number", "address", "text"]],
        Field(min_length=1, max_length=5),
    ]
    reason: ShortText

    @property
    def asked(self) -> list[IdentityField]:
        return [IdentityField(each) for each in self.fields]


class IdentityOut(Out):
    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None


class RevealedOut(IdentityOut):
    """What was asked for, as far as the caller may have it."""

    text: str | None = None


class PartyOut(Out):
    """Somebody who petitions; `counts` for whether the same person petitions again."""

    id: UUID
    role: PartyRole
    counts: bool
    identity: IdentityOut
