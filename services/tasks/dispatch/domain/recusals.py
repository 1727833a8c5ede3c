"""回避 of somebody who has been sent (行政处罚法 art. 43): asked for, decided, replaced."""

from enum import StrEnum

from shared.errors import Forbidden, InvalidInput, RuleViolation


class RecusalGround(StrEnum):
    """DOMAIN 3.3 (S11 art. 6)."""

    PARTY_OR_RELATIVE = "party_or_relative"  # 本案当事人或者其近亲属
    INTEREST = "interest"  # 本人或者近亲属与本案有直接利害关系
    OTHER_RELATION = "other_relation"  # 有其他关系可能影响公正执法
    STATUTORY = "statutory"  # 法律、法规规定的其他情形


class AskedOn(StrEnum):
    """Who wants the officer to stand aside."""

    OWN_MOTION = "own_motion"  # 自行回避
    PARTY = "party"  # 当事人申请


class OwnMotionOnly(Forbidden):
    code = "own_motion_only"
    zh = "自行回避由本人提出。"
    en = "Only the officers themselves recuse on their own motion."


class OfficerNotSent(RuleViolation):
    code = "officer_not_sent"
    zh = "人员 {officer_id} 不是该任务现任小组成员。"
    en = "Officer {officer_id} is not in the task's standing team."


class RecusalPending(RuleViolation):
    code = "recusal_pending"
    zh = "该人员的回避申请尚未决定。"
    en = "The officer's recusal has been asked for and is not decided yet."


class RecusalDecided(RuleViolation):
    code = "recusal_decided"
    zh = "该回避申请已作出决定。"
    en = "This recusal has been decided."


class ReplacementUnwanted(InvalidInput):
    code = "replacement_unwanted"
    zh = "驳回回避申请时不得指定替换人员。"
    en = "Nobody is replaced when a recusal is refused."


class RecusedDecides(Forbidden):
    code = "recused_decides"
    zh = "本人的回避不得由本人决定。"
    en = "Nobody decides on the own recusal."
