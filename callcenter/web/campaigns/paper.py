"""A campaign's results on paper: funnel, response rates, every question's bars with counts and intervals, as PDF."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Table

from callcenter.campaigns.form import QuestionKind
from callcenter.campaigns.scores import Bar, Interval, Part, Tabulated
from callcenter.typeface import BOLD, REGULAR, register
from callcenter.web.campaigns.results import Results, label
from callcenter.web.formats import NOTHING, percent, whole
from callcenter.web.words import phrase

_MARGIN = 20 * mm
#: What ReportLab leaves free inside its frame, in points.
_PADDING = 6
_WIDTH = A4[0] - 2 * (_MARGIN + _PADDING)
_ACCENT, _TRACK, _SPAN, _RULE = HexColor("#0f766e"), HexColor("#eef1f3"), HexColor("#1f2933"), HexColor("#d5dbe1")
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=16, leading=22, wordWrap="CJK")
_QUIET = ParagraphStyle("quiet", fontName=REGULAR, fontSize=8.5, leading=12.5, textColor=HexColor("#5b6770"))
_HEAD = ParagraphStyle("head", fontName=BOLD, fontSize=11, leading=16, spaceBefore=10, spaceAfter=4, wordWrap="CJK")
_CELL = ParagraphStyle("cell", fontName=REGULAR, fontSize=9, leading=13, wordWrap="CJK")
_BIG = ParagraphStyle("big", fontName=BOLD, fontSize=12, leading=17, textColor=_ACCENT)
#: Of a table of bars: what, the bar, how many, the share.
_COLUMNS = (_WIDTH * 0.36, _WIDTH * 0.34, _WIDTH * 0.1, _WIDTH * 0.2)
_BAR_PT = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """What stands above the results, ready to be read."""

    title: str
    #: Lines such as company, kind, form and segment.
    facts: tuple[str, ...]
    #: The centre's name, for the foot of each page.
    sender: str


def pdf(found: Results, heading: Heading, language: str) -> bytes:
    """The results on A4. Raises `FontError`."""
    register()
    out = io.BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=heading.title, author=heading.sender, lang=language, invariant=1, initialFontName=REGULAR,
    )  # fmt: skip
    foot = partial(_foot, heading)
    paper.build(list(_story(found, heading, language)), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _foot(heading: Heading, canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.setFillColor(HexColor("#5b6770"))
    canvas.drawString(_MARGIN, 12 * mm, heading.sender)
    canvas.drawRightString(A4[0] - _MARGIN, 12 * mm, str(document.page))


def _story(found: Results, heading: Heading, language: str) -> Iterator[Flowable]:
    def t(key: str, **gaps: str | int | float) -> str:
        return phrase(language, key, **gaps)

    yield _text(heading.title, _TITLE)
    yield HRFlowable(width="100%", thickness=1.7, color=_ACCENT, spaceBefore=3, spaceAfter=6)
    for fact in heading.facts:
        yield _text(fact, _QUIET)
    yield _text(t("place.funnel"), _HEAD)
    funnel, contacts = found.funnel, found.funnel.contacts
    steps = (funnel.contacts, funnel.permitted, funnel.dialled, funnel.answered, funnel.complete)
    words = ("contacts", "permitted", "dialled", "answered", "complete")
    yield _table(
        [
            [_text(t(f"place.{word}")), _bar(count / contacts if contacts else 0), whole(count),
             percent(count / contacts if contacts else None)]
            for word, count in zip(words, steps, strict=True)
        ]
    )  # fmt: skip
    yield _text(t("rate.title"), _HEAD)
    rates = ("rr1", "rr2", "rr3", "coop1", "ref1", "con1")
    yield _table(
        [[_text(f"{word.upper()}  {t(f'rate.{word}')}"), _bar(getattr(found.rates, word) or 0), "",
          percent(getattr(found.rates, word), 1)] for word in rates]
    )  # fmt: skip
    yield _text(t("rate.hint", e=f"{found.rates.e:.2f}"), _QUIET)
    if heard := found.listened:
        yield _text(t("machines.title"), _HEAD)
        counts = [("people", heard.people), ("unsure", heard.unsure), ("taken", heard.machines)]
        counts += [("hung_up", heard.hung_up), ("missed", heard.missed), ("late", heard.late)]
        yield _text(" · ".join(f"{t(f'machines.{word}')} {whole(count)}" for word, count in counts))
        yield _text(t("machines.hint"), _QUIET)
    yield _text(t("campaign.answers", n=len(found.responses)), _HEAD)
    yield _text(t("results.intervals"), _QUIET)
    for one in found.questions:
        yield KeepTogether(list(_question(one, t, language)))
    for title, parts in (("results.by_segment", found.by_segment), ("results.by_day", found.by_day)):
        if len(parts) > 1:
            yield _text(t(title), _HEAD)
            yield _parts(found, parts, t, language)


def _question(one: Tabulated, t: Callable[..., str], language: str) -> Iterator[Flowable]:
    yield _text(one.question.ko if language == "ko" else one.question.en, _HEAD)
    if one.score and one.question.measure:
        yield _text(f"{one.question.measure.upper()} {_score(one.score)}", _BIG)
    if one.bars:
        yield _table([_bar_row(one, bar, t, language) for bar in one.bars])
    yield _text(t("campaign.answered", n=whole(one.answered)), _QUIET)
    if one.recordings:
        yield _text(t("campaign.recordings", n=len(one.recordings)), _QUIET)


def _bar_row(one: Tabulated, bar: Bar, t: Callable[..., str], language: str) -> list[object]:
    words = label(one.question, bar.answer, language)
    if one.question.kind is QuestionKind.YES_NO:
        words = t("campaign.yes" if bar.answer == "1" else "campaign.no")
    share = bar.share
    between = f"{percent(share.value)} ({100 * share.low:.0f}–{100 * share.high:.0f})" if share else NOTHING
    drawn = _bar(share.value, (share.low, share.high)) if share else _bar(0)
    return [_text(words), drawn, whole(bar.count), between]


def _parts(found: Results, parts: Sequence[Part], t: Callable[..., str], language: str) -> Flowable:
    measured = found.measured
    head = ["", t("place.complete")]
    head += [f"{one.measure.upper()} · {one.ko if language == 'ko' else one.en}" for one in measured if one.measure]
    rows = [[_text(one, _QUIET) for one in head]]
    rows += [
        [_text(part.name or NOTHING), _text(whole(part.complete)), *(_text(_score(one)) for one in part.scores)]
        for part in parts
    ]
    each = (_WIDTH * 0.65) / max(1, len(measured))
    return _ruled(Table(rows, colWidths=(_WIDTH * 0.22, _WIDTH * 0.13, *(each for _ in measured)), repeatRows=1))


def _score(score: Interval | None) -> str:
    return f"{score.value:.1f} ({score.low:.1f} ~ {score.high:.1f})" if score else NOTHING


def _table(rows: Sequence[Sequence[object]]) -> Table:
    return _ruled(Table([list(row) for row in rows], colWidths=_COLUMNS))


def _ruled(table: Table) -> Table:
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), REGULAR, 9),
            ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
    return table


def _bar(share: float, between: tuple[float, float] | None = None) -> Drawing:
    width = _COLUMNS[1] - 2 * _PADDING
    drawing = Drawing(width, _BAR_PT)
    drawing.add(Rect(0, 0, width, _BAR_PT, fillColor=_TRACK, strokeColor=None))
    drawing.add(Rect(0, 0, width * share, _BAR_PT, fillColor=_ACCENT, strokeColor=None))
    if between:
        low, high = between
        drawing.add(Rect(width * low, _BAR_PT / 2 - 0.6, max(1, width * (high - low)), 1.2, fillColor=_SPAN,
                         strokeColor=None))  # fmt: skip
    return drawing


def _text(text: str, style: ParagraphStyle = _CELL) -> Paragraph:
    return Paragraph(escape(text), style)
