"""Who may not handle a petition, and who takes it over (信访工作条例 art. 28)."""

from shared.errors import RuleViolation


class Recused(RuleViolation):
    """Art. 28: who has a direct interest in the matter or the petitioner recuses."""

    code = "recused"
    zh = "{name} 与信访事项或者信访人有直接利害关系,应当回避(《信访工作条例》第二十八条)。"
    en = "{name} has an interest in the matter and is recused (art. 28)."


class AlreadyRecused(RuleViolation):
    code = "already_recused"
    zh = "{name} 已经回避。"
    en = "{name} is recused already."


class OwnRecusal(RuleViolation):
    """Nobody decides on the own interest."""

    code = "own_recusal"
    zh = "本人的回避不能由本人解除。"
    en = "Nobody lifts the own recusal."


class RecusalLifted(RuleViolation):
    code = "recusal_lifted"
    zh = "该回避已经解除。"
    en = "The recusal has been lifted."


class AlreadyHandler(RuleViolation):
    code = "already_handler"
    zh = "{name} 已是承办人。"
    en = "{name} handles the petition already."
