"""Imports: what was sent, how far it is, and what is wrong with its rows."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.petitions.base import PetitionsTable
from services.petitions.exports.domain.cells import FileFormat
from services.petitions.imports.domain.files import RefusalCode
from services.petitions.imports.domain.life import ImportState, Mode
from services.petitions.imports.domain.problems import WARNINGS, Code
from services.petitions.profiles.domain import Channel
from shared.db import rls
from shared.db.model import Versioned
from shared.db.types import Timestamptz, str_enum
from shared.ids import uuid7

# What a file holds is written by who sends it and read by nobody but the jobs.
INWARD: Final = rls.Policy(rls.AS_SYSTEM, rls.IN_CONTEXT)


class FileImport(PetitionsTable, Versioned, table=True):
    """One file on its way into the register; its version changes with its state only."""

    __tablename__ = "file_import"
    __table_args__ = (
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure_is_named"),
        CheckConstraint("rows_done <= rows_total", name="done_of_total"),
        Index(
            "ix_file_import_running",
            "id",
            postgresql_where=text("state NOT IN ('done', 'failed', 'cancelled', 'checked')"),
        ),
        {"info": rls.info(rls.SCOPED)},
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    office: str = Field(max_length=12)
    source: str = Field(max_length=64)
    mode: Mode = Field(sa_type=str_enum(Mode))
    format: FileFormat = Field(sa_type=str_enum(FileFormat))
    channel: Channel | None = Field(default=None, sa_type=str_enum(Channel), nullable=True)
    dry_run: bool
    skip_errors: bool = False
    state: ImportState = Field(default=ImportState.RECEIVED, sa_type=str_enum(ImportState))
    failure: RefusalCode | None = Field(default=None, sa_type=str_enum(RefusalCode), nullable=True)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    rows_total: int = 0
    rows_checked: int = 0
    rows_wrong: int = 0
    rows_known: int = 0
    rows_differing: int = 0
    # Of the loading: handled in any way, registered anew, refused by the register.
    rows_done: int = 0
    rows_loaded: int = 0
    rows_failed: int = 0
    # In whose right the jobs load: as it was when the file was sent or the loading confirmed.
    actor_id: UUID
    actor_kind: str = Field(max_length=16)
    actor_name: str = Field(max_length=200)
    grants: list[list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_type=Timestamptz)
    split_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamptz)
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ImportPart(PetitionsTable, table=True):
    """A piece of the file as it was sent, sealed; gone once it is taken apart."""

    __tablename__ = "import_part"
    __table_args__ = ({"info": rls.info(INWARD)},)

    import_id: UUID = Field(primary_key=True, foreign_key="petitions.file_import.id")
    position: int = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)


class ImportChunk(PetitionsTable, table=True):
    """Some rows, sealed: one transaction's work."""

    __tablename__ = "import_chunk"
    __table_args__ = ({"info": rls.info(INWARD)},)

    import_id: UUID = Field(primary_key=True, foreign_key="petitions.file_import.id")
    position: int = Field(primary_key=True)
    rows: int
    sealed: bytes = Field(sa_type=LargeBinary)
    checked: bool = False
    loaded: bool = False
    # How often its loading failed: others go first, and in the end it is given up.
    tries: int = 0


class ImportNumber(PetitionsTable, table=True):
    """In which row an outside number stands first."""

    __tablename__ = "import_number"
    __table_args__ = ({"info": rls.info(INWARD)},)

    import_id: UUID = Field(primary_key=True, foreign_key="petitions.file_import.id")
    outside_number: str = Field(primary_key=True, max_length=64)
    row: int


class ImportLink(PetitionsTable, table=True):
    """A loaded petition that repeats a first item, until all are loaded and it can be tied."""

    __tablename__ = "import_link"
    __table_args__ = ({"info": rls.info(INWARD)},)

    import_id: UUID = Field(primary_key=True, foreign_key="petitions.file_import.id")
    petition_id: UUID = Field(primary_key=True, foreign_key="petitions.petition.id")
    first_number: str = Field(max_length=64)


class ImportProblem(PetitionsTable, table=True):
    """What is wrong at one place of the file, without the value that stands there."""

    __tablename__ = "import_problem"
    __table_args__ = ({"info": rls.info(rls.SCOPED)},)

    import_id: UUID = Field(primary_key=True, foreign_key="petitions.file_import.id")
    row: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    place: str = Field(max_length=32)
    code: Code = Field(sa_type=str_enum(Code))
    visible_to: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

    @property
    def bars(self) -> bool:
        return self.code not in WARNINGS
