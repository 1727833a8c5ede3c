"""What is wrong with the officers a superior names."""

from shared.errors import InvalidInput, RuleViolation


class NotEnough(InvalidInput):
    code = "not_enough_officers"
    zh = "执法人员不得少于 {needed} 人(行政处罚法第四十二条)。"
    en = "At least {needed} officers are needed (Administrative Penalty Law art. 42)."

    def __init__(self, *, needed: int) -> None:
        super().__init__(reason="officers", needed=needed, pointer="/officer_ids")


class OfficersUnable(RuleViolation):
    code = "officers_unable"
    zh = "以下人员不能参加:{officers}"
    en = "These officers cannot go: {officers}"
