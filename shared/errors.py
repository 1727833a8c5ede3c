"""What can go wrong, by kind. Which HTTP status a kind becomes, shared.http.problems decides."""

from enum import StrEnum
from typing import ClassVar, Final

from typing_extensions import override


class Language(StrEnum):
    """The two languages every message exists in."""

    ZH = "zh-CN"
    EN = "en"


# What may be absent, as an office calls it.
NAMES_ZH: Final = {
    "absence": "缺勤登记",
    "account": "账号",
    "activation": "应急响应",
    "agreement": "合作协议",
    "air analysis": "空气质量形势分析",
    "assessment": "考核",
    "assessment objection": "考核申诉",
    "assessment scheme": "考核方案",
    "assistance request": "协查函",
    "border notice": "交界通报",
    "audit finding": "稽查问题",
    "bureau": "机构",
    "calendar": "工作日历",
    "campaign": "专项行动",
    "campaign group": "工作专班",
    "campaign round": "轮次",
    "campaign target": "专项行动清单企业",
    "campaign team": "专项行动队伍",
    "check approval": "专项检查批准文件",
    "client": "客户端",
    "competence question": "管辖争议",
    "consultation": "会诊",
    "consultation measure": "会诊措施",
    "consultation problem": "会诊问题",
    "division": "行政区划",
    "draft": "登记草稿",
    "draw follow-up": "回头看或廉政回访",
    "draw ground": "特殊对象依据",
    "draw item": "随机抽查事项",
    "draw plan": "抽查计划",
    "draw": "双随机抽取",
    "drawn object": "抽中对象",
    "emergency protocol": "应急联动预案",
    "division change": "区划变更",
    "enterprise": "执法对象",
    "duty": "值班安排",
    "duty roster": "值班表",
    "dispatch order": "调度单",
    "environmental supervisor": "环保监督员",
    "equipment": "装备",
    "escalation": "直通车事项",
    "evidence": "证据",
    "evidence upload": "证据上传",
    "exchange day": "企业与居民交流日",
    "expert": "专家",
    "extension request": "延期申请",
    "file review": "案卷评查",
    "finding": "联合行动发现的问题",
    "grant": "授权",
    "group duty": "专班责任事项",
    "group question": "专班难题",
    "guest": "派驻人员",
    "grid area": "网格区域",
    "grid cell": "网格",
    "grid finding": "网格巡查发现的问题",
    "grid handover": "网格交接",
    "grid object": "网格巡查对象",
    "grid plan": "网格划分方案",
    "handover": "移交",
    "help team": "第三方帮扶队伍",
    "honour": "表扬记录",
    "import": "导入批次",
    "incident": "事件",
    "inspection": "检查",
    "inspection form": "检查文书",
    "interest": "利害关系",
    "invitation": "会诊邀请",
    "joint group": "联动组",
    "jurisdiction dispute": "管辖争议",
    "lead": "线索",
    "legal basis": "法律依据",
    "letter": "督察交办信访件",
    "letter batch": "督察交办批次",
    "look-back": "回头看抽取",
    "look-back sample": "回头看样本",
    "meeting item": "会议遗留事项",
    "meeting": "联席会议",
    "member": "工作群成员",
    "officer": "执法人员",
    "operation": "联合行动",
    "order": "督办、催办单",
    "participation": "联合行动参与方",
    "petition": "信访件",
    "petitioner": "信访人",
    "plan item": "方案事项",
    "plan": "实施方案",
    "positive list": "正面清单",
    "post": "职务",
    "preservation": "证据保全",
    "promise": "企业承诺",
    "problem": "问题",
    "profile": "办理时限规定",
    "quota slot": "应开展的联动行动",
    "recorder": "执法记录仪",
    "recusal": "回避",
    "report": "报告",
    "review fault": "案卷问题",
    "review file": "参评案卷",
    "review reading": "案卷评阅",
    "review": "复查复核",
    "rota draw": "抽调人次",
    "rota excuse": "请假、回避、免抽登记",
    "rota round": "抽调轮次",
    "rota staff": "轮值人员",
    "rota swap": "调换申请",
    "rota unit": "抽调单位",
    "rota": "全员执法轮值表",
    "service demand": "服务需求",
    "session": "会话",
    "shift": "班次",
    "site turn": "转现场申请",
    "special check": "专项检查",
    "spot check": "抽查",
    "staff exchange": "互派交流",
    "supervisor call": "环保监督员参与",
    "substitution": "代理",
    "survey request": "走航、遥感扫描请求",
    "swap of duties": "换班申请",
    "task": "任务",
    "task order": "任务交办单",
    "team": "检查小组",
    "unit audit": "稽查",
    "training": "培训",
    "visit": "涉企检查",
    "working group": "工作群",
}


class AppError(Exception):
    """A stable `code` for machines, a sentence in two languages for people, facts for both.

    `zh` and `en` are `str.format` templates over `context`.
    """

    code: ClassVar[str] = "internal_error"
    zh: ClassVar[str] = "服务内部错误。"
    en: ClassVar[str] = "The service failed."

    def __init__(self, **context: object) -> None:
        super().__init__(self.code)
        self.context = context

    def message(self, language: Language) -> str:
        template = self.zh if language is Language.ZH else self.en
        return template.format_map(self.context)

    @override
    def __str__(self) -> str:
        return f"{self.code}: {self.message(Language.EN)}"


class InvalidInput(AppError):
    """The request cannot be understood; `pointer` names the place as a JSON pointer."""

    code = "invalid_input"
    zh = "请求内容不符合要求:{reason}"
    en = "The request is not valid: {reason}"

    def __init__(self, *, reason: str, pointer: str = "", **context: object) -> None:
        super().__init__(reason=reason, **context)
        self.pointer = pointer


class MalformedRequest(AppError):
    """Not even the form of the request is right."""

    code = "malformed_request"
    zh = "请求格式错误:{reason}"
    en = "The request is malformed: {reason}"


class Unauthenticated(AppError):
    code = "unauthenticated"
    zh = "需要有效的访问令牌。"
    en = "A valid access token is required."


class Forbidden(AppError):
    """The caller may know of the thing but may not do this to it."""

    code = "forbidden"
    zh = "您无权执行此操作({action})。"
    en = "You may not do this ({action})."


class NotFound(AppError):
    """Absent, or not to be known of: the two answer alike."""

    code = "not_found"
    zh = "未找到:{named}"
    en = "Not found: {what}"

    def __init__(self, *, what: str) -> None:
        super().__init__(what=what, named=NAMES_ZH.get(what, what))


class ReasonMissing(InvalidInput):
    code = "reason_missing"
    zh = "应说明理由。"
    en = "A reason must be given."


class RuleViolation(AppError):
    """The request is well formed, but a rule of the domain bars it now."""

    code = "rule_violation"
    zh = "当前不允许此操作。"
    en = "A rule bars this now."


class IllegalStep(RuleViolation):
    """The row's state does not allow the step."""

    code = "illegal_step"
    zh = "当前状态为 {state},不能执行 {action}。"
    en = "Cannot {action} what is {state}."


class AlreadyExists(RuleViolation):
    code = "already_exists"
    zh = "相同的记录已存在。"
    en = "The same record exists already."


class StaleVersion(AppError):
    code = "stale_version"
    zh = "记录已被修改,请重新读取(当前版本 {current})。"
    en = "The record has changed; read it again (current version {current})."


class PreconditionRequired(AppError):
    code = "precondition_required"
    zh = "修改时必须提供 If-Match。"
    en = "A change needs If-Match."


class Unavailable(AppError):
    """Somebody this service depends on does not answer."""

    code = "unavailable"
    zh = "服务暂不可用:{what}"
    en = "Not available now: {what}"


class UpstreamRefused(AppError):
    """Somebody this service depends on answered, but not with what was asked for."""

    code = "upstream_refused"
    zh = "依赖的服务拒绝了请求。"
    en = "A service this one depends on refused."


class TooLarge(AppError):
    code = "too_large"
    zh = "请求内容超过上限({limit} 字节)。"
    en = "The request is larger than {limit} bytes."


class TooMany(AppError):
    code = "too_many_requests"
    zh = "请求过于频繁,请稍后再试。"
    en = "Too many requests; try again later."
