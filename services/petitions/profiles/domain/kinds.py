"""The words profiles are written in: channels, tracks and the kinds of clocks."""

from enum import StrEnum


class Channel(StrEnum):
    """Art. 17, and the environmental hotlines of practice."""

    NETWORK = "network"
    LETTER = "letter"
    PHONE = "phone"
    FAX = "fax"
    VISIT = "visit"
    WECHAT = "wechat"
    HOTLINE_12369 = "hotline_12369"
    HOTLINE_12345 = "hotline_12345"
    MESSAGE_BOARD = "message_board"
    INSPECTION_GROUP = "inspection_group"
    EMERGENCY_110 = "emergency_110"


class Track(StrEnum):
    """Which procedure the matter goes through (art. 29-31)."""

    STATUTORY_DUTY = "statutory_duty"
    PETITION_OPINION = "petition_opinion"
    SUGGESTION_REPLY = "suggestion_reply"
    ACCUSATION_TRANSFER = "accusation_transfer"
    LEGAL_PATH = "legal_path"


class ClockKind(StrEnum):
    """The clocks of a petition. P-numbers are DOMAIN 2.2's rows of 信访工作条例."""

    ROUTING = "routing"  # P2: transfer, assign or report
    NOTICE = "notice"  # P3, P4: tell the petitioner what was received and how it is handled
    OBJECTION = "objection"  # P5: object to a transfer
    ACCEPTANCE = "acceptance"  # the practice profile's time to accept
    BEGINNING = "beginning"  # the practice profile's time to begin, from acceptance
    CLOSING = "closing"  # P7 or the profile's time to close
    REPORT = "report"  # art. 22: the closing report an assignment asks for
    REVIEW_REQUEST = "review_request"  # P8: the petitioner asks for review
    REVIEW = "review"  # P9: the opinion on review
    RE_REVIEW_REQUEST = "re_review_request"  # P10: the petitioner asks for re-review
    RE_REVIEW = "re_review"  # P11: the opinion on re-review
    SUPPLEMENT = "supplement"  # the petitioner completes what was said
    URGENT_REPORT = "urgent_report"  # art. 25: to the government and the superior, at once
