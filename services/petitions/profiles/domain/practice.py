"""How fast places have bound themselves to act on complaints (DOMAIN 2.4), and the statute below.

A source that names only its year is taken from the first day of that year on. Sources S50 to S52
were read as excerpts that give no articles.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.petitions.profiles.domain.kinds import Channel, Track
from services.petitions.profiles.domain.statute import CLOSING, NOTICE
from shared.clocks.term import ExtensionRule, LegalBasis, Term, Unit
from shared.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class Profile:
    """How fast a place has bound itself to accept, begin and close, and since when.

    `begin` runs from acceptance; a track without `close` has no number of days. `sender_agrees`:
    an extension needs the consent of the body that assigned the matter. `pausable`: the time spent
    waiting for the petitioner is not counted; the statute knows no such pause. `shipped` profiles
    are the ones below, the others rows an administrator added.
    """

    code: str
    scope: str
    channels: frozenset[Channel]
    tracks: frozenset[Track]
    valid_from: date
    valid_to: date | None
    accept: Term
    close: Term | None
    begin: Term | None = None
    momentary_only: bool = False
    sender_agrees: bool = False
    pausable: bool = False
    shipped: bool = True


def _fujian(year: str) -> LegalBasis:
    return LegalBasis(
        f"fujian-hotline-rules-{year}",
        "",
        f"福建 12369 办理规则({year},据摘录)",
        f"Fujian rules on 12369 ({year}, from an excerpt)",
    )


_FUJIAN_2018: Final = _fujian("2018")
_FUJIAN_2015: Final = _fujian("2015")
_SHAANXI: Final = LegalBasis(
    "shaanxi-hotline-rules-2018",
    "",
    "陕西 12369 办理规则(2018,据摘录)",
    "Shaanxi rules on 12369 (2018, from an excerpt)",
)
_ZHEJIANG: Final = LegalBasis(
    "zhejiang-petition-regulations",
    "21",
    "浙江省信访条例",
    "Petition Regulations of Zhejiang Province",
)
_SHIJIAZHUANG: Final = LegalBasis(
    "shijiazhuang-pledge",
    "",
    "石家庄办理承诺(据摘录)",
    "Shijiazhuang's pledge (from an excerpt)",
)


def _days(
    amount: int,
    basis: LegalBasis,
    evidence: str,
    *,
    unit: Unit = Unit.NATURAL_DAYS,
    extension: int = 0,
) -> Term:
    rule = ExtensionRule(extension, basis) if extension else None
    return Term(amount, unit, basis, evidence=evidence, extension=rule)


def _workdays(amount: int, basis: LegalBasis, evidence: str) -> Term:
    return _days(amount, basis, evidence, unit=Unit.WORKING_DAYS)


ANY: Final = frozenset(Channel)
# Art. 31(6) has sixty days by law, art. 31(5) for want of a local profile; a suggestion is
# answered without a number of days (art. 29), the others are never accepted (art. 30, 31).
COUNTED: Final = frozenset({Track.STATUTORY_DUTY, Track.PETITION_OPINION})
# An opinion under art. 31(6) has the sixty days of art. 34 everywhere.
LOCAL: Final = frozenset(Track) - {Track.PETITION_OPINION}
HOTLINE: Final = frozenset({Channel.PHONE, Channel.HOTLINE_12369})
# S50 gives no number for "with reason and consent": art. 34 caps any extension at thirty days.
_FUJIAN_2018_CLOSE: Final = Term(
    30,
    Unit.NATURAL_DAYS,
    _FUJIAN_2018,
    evidence="S50",
    extension=CLOSING.extension,
)

PROFILES: Final = (
    Profile("cn.statute", "", ANY, COUNTED, date(2022, 5, 1), None, accept=NOTICE, close=CLOSING),
    Profile(
        "cn.statute.uncounted",
        "",
        ANY,
        frozenset(Track) - COUNTED,
        date(2022, 5, 1),
        None,
        accept=NOTICE,
        close=None,
    ),
    Profile(
        "cn.fj.2018.phone",
        "35",
        HOTLINE,
        LOCAL,
        date(2018, 1, 1),
        None,
        accept=_workdays(3, _FUJIAN_2018, "S50"),
        begin=_workdays(2, _FUJIAN_2018, "S50"),
        close=_FUJIAN_2018_CLOSE,
        sender_agrees=True,
    ),
    Profile(
        "cn.fj.2018.wechat",
        "35",
        frozenset({Channel.WECHAT}),
        LOCAL,
        date(2018, 1, 1),
        None,
        accept=_workdays(2, _FUJIAN_2018, "S50"),
        begin=_workdays(2, _FUJIAN_2018, "S50"),
        close=_FUJIAN_2018_CLOSE,
        sender_agrees=True,
    ),
    Profile(
        "cn.fj.2015",
        "35",
        ANY,
        LOCAL,
        date(2015, 1, 1),
        None,
        accept=_days(15, _FUJIAN_2015, "S51"),
        close=_days(60, _FUJIAN_2015, "S51", extension=30),
    ),
    Profile(
        "cn.sn.2018",
        "61",
        ANY,
        LOCAL,
        date(2018, 1, 1),
        None,
        accept=_workdays(2, _SHAANXI, "S52"),
        # Seven days in general, up to sixty in special cases: fifty-three more at most.
        close=_days(7, _SHAANXI, "S52", extension=53),
    ),
    Profile(
        "cn.zj.2016",
        "33",
        ANY,
        LOCAL,
        date(2016, 7, 29),
        None,
        accept=_workdays(5, _ZHEJIANG, "S17"),
        close=_days(30, _ZHEJIANG, "S17", extension=60),
    ),
    # An excerpt without address or day; it says nothing of acceptance, hence art. 23.
    Profile(
        "cn.sjz.pledge",
        "1301",
        ANY,
        LOCAL,
        date(2022, 5, 1),
        None,
        accept=NOTICE,
        begin=_days(1, _SHIJIAZHUANG, "GK", unit=Unit.HOURS),
        close=_days(2, _SHIJIAZHUANG, "GK"),
        momentary_only=True,
    ),
)


class BeyondStatute(RuleViolation):
    """A place may bind itself to be faster than the law, never slower."""

    code = "profile_beyond_statute"
    zh = "{term}期限不得超过《信访工作条例》第{article}条规定的 {days} 日。"
    en = "The term for {term} may not exceed the {days} days of art. {article}."


def _longest(term: Term) -> int:
    """About how many natural days: a week of work has seven; holidays are left out."""
    match term.unit:
        case Unit.NATURAL_DAYS:
            return term.amount
        case Unit.HOURS:
            return -(-term.amount // 24)
        case Unit.WORKING_DAYS:
            return -(-term.amount * 7 // 5)
        case Unit.MONTHS:
            return term.amount * 31


def require_lawful(profile: Profile) -> None:
    """Art. 23 for the notice everywhere, art. 34 for an opinion under art. 31(6)."""
    limits = [("acceptance", profile.accept, NOTICE)]
    if profile.close is not None and Track.PETITION_OPINION in profile.tracks:
        limits.append(("closing", profile.close, CLOSING))
    for name, term, limit in limits:
        if _longest(term) > limit.amount:
            raise BeyondStatute(term=name, article=limit.basis.article, days=limit.amount)
        more = term.extension.each * term.extension.times if term.extension else 0
        if more > (limit.extension.each if limit.extension else 0):
            raise BeyondStatute(term=name, article=limit.basis.article, days=limit.amount)
