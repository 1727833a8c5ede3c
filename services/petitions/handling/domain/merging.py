"""Handling petitions together: a relation of two, never a chain and never a move."""

from uuid import UUID

from shared.errors import RuleViolation


class MergeIntoItself(RuleViolation):
    code = "merge_into_itself"
    zh = "信访件不能并入自身。"
    en = "A petition is not merged into itself."


class AlreadyMerged(RuleViolation):
    code = "already_merged"
    zh = "该件已并入其他信访件。"
    en = "The petition is merged into another one already."


class MergeChain(RuleViolation):
    """What others were merged into is merged into nothing, and what is merged takes no others."""

    code = "merge_chain"
    zh = "不能形成连环合并:一方已并入他件,或已有他件并入。"
    en = "Mergers make no chain: one is merged elsewhere, or has others merged into it."


class NotMerged(RuleViolation):
    code = "not_merged"
    zh = "该件未并入其他信访件。"
    en = "The petition is not merged into another one."


def require_mergeable(
    petition_id: UUID, into_id: UUID, *, merged: bool, into_merged: bool, has_merged: bool
) -> None:
    """`merged`, `into_merged`: whether either is merged; `has_merged`: into the petition others."""
    if petition_id == into_id:
        raise MergeIntoItself
    if merged:
        raise AlreadyMerged
    if into_merged or has_merged:
        raise MergeChain
