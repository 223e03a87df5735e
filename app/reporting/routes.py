"""The dashboard, the day's report, and paper: receipts and provisional bills."""

from datetime import date
from uuid import UUID

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core import audit
from app.core.access import proven_lately, requires, signed_in
from app.core.clock import FIRST_DAY, LAST_DAY
from app.core.db import transaction
from app.core.errors import Forbidden, NotFound
from app.core.htmx import fragment_or_page
from app.core.locale import quantity
from app.identity.current import current_actor
from app.identity.permissions import PAYMENT_TAKE, REPORT_EXPORT, REPORT_VIEW
from app.reporting import logo, pdf, queries
from app.reporting.cards import bars, cards, hour_bars, ticks
from app.reporting.csv_file import day_csv
from app.reporting.queries.papers import PaperTax
from app.reporting.queries.report import RateTax
from app.tenancy.routing import STAFF_PREFIX

reporting = Blueprint("reporting", __name__, url_prefix=STAFF_PREFIX)


@reporting.app_template_filter("rate")
def rate(tax: PaperTax | RateTax) -> str:
    """A tax with its rate, unless its name tells it: "VAT 10 %", "Sales tax 8.875 %"."""
    percent = quantity(tax.percent)
    return tax.name if percent in tax.name else f"{tax.name} {percent} %"


@reporting.get("/dashboard")
@requires(REPORT_VIEW)
def dashboard() -> Response:
    """Today so far; htmx asks for the figures alone, again and again."""
    board = queries.dashboard(g.location, with_alerts=current_actor().location_ids is None)
    drawn = bars(g.location, board)
    values = [bar.value for bar in drawn] + [bar.then or 0 for bar in drawn]
    return fragment_or_page(
        "reporting/_figures.html",
        "reporting/dashboard.html",
        board=board,
        cards=cards(g.location, board),
        bars=drawn,
        ticks=ticks(values, g.location.currency),
        location=g.location,
    )


@reporting.get("/reports", endpoint="day")
@requires(REPORT_VIEW)
def reports() -> BaseResponse:
    """The report of the date asked for, today's otherwise."""
    on = request.args.get("date") or queries.today(g.location).isoformat()
    return redirect(url_for("reporting.day_report", on=_date(on).isoformat()))


@reporting.get("/reports/<on>")
@requires(REPORT_VIEW)
def day_report(on: str) -> str:
    """One business day."""
    return render_template("reporting/day.html", **_day(on))


@reporting.get("/reports/<on>.pdf")
@requires(REPORT_EXPORT)
@proven_lately
def day_pdf(on: str) -> Response:
    """The same on A4."""
    context = _day(on)
    _note_export(on, "pdf")
    html = render_template("reporting/paper.html", paper="reporting/_day.html", **context)
    return pdf.a4(html, f"{g.location.slug}-{on}")


@reporting.get("/reports/<on>.csv")
@requires(REPORT_EXPORT)
@proven_lately
def day_table(on: str) -> Response:
    """The same as a table for a spreadsheet."""
    report = queries.day_report(g.location, _date(on))
    _note_export(on, "csv")
    response = make_response(day_csv(report, g.location.currency))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{g.location.slug}-{report.date.isoformat()}.csv"'
    )
    return response


@reporting.get("/documents/<uuid:document_id>")
@signed_in
def receipt(document_id: UUID) -> Response | str:
    """A receipt as it was issued, as a page or (`format=pdf`) as a strip of 80 mm."""
    _require_paper()
    found = queries.receipt(g.location, document_id)
    context = {
        "receipt": found,
        "location": g.location,
        "document_id": document_id,
        "logo": _logo(),
    }
    if request.args.get("format") == "pdf":
        html = render_template("reporting/paper.html", paper="reporting/_receipt.html", **context)
        return pdf.strip(html, f"{found.series}-{found.number}")
    return render_template("reporting/receipt.html", **context)


@reporting.get("/orders/<uuid:order_id>/receipts")
@signed_in
def order_receipt(order_id: UUID) -> BaseResponse:
    """The newest receipt of an order; what it owes while nothing is settled."""
    _require_paper()
    found = queries.find_newest_document(g.location, order_id)
    if found is None:
        owed = queries.provisional(g.location, order_id)
        return redirect(url_for("reporting.provisional", order_id=owed.order_id), 303)
    return redirect(url_for("reporting.receipt", document_id=found), 303)


@reporting.get("/orders/<uuid:order_id>/provisional")
@signed_in
def provisional(order_id: UUID) -> Response | str:
    """What an order owes, for the guests to look at: no receipt, and it says so."""
    _require_paper()
    bill = queries.provisional(g.location, order_id)
    context = {"bill": bill, "location": g.location, "logo": _logo()}
    if request.args.get("format") == "pdf":
        html = render_template(
            "reporting/paper.html",
            paper="reporting/_provisional.html",
            **context,
        )
        return pdf.strip(html, f"provisional-{bill.order_number or 'new'}")
    return render_template("reporting/provisional.html", **context)


def _require_paper() -> None:
    """Who takes payments hands out receipts; who reads reports may look them up."""
    actor = current_actor()
    if not (actor.may(PAYMENT_TAKE) or actor.may(REPORT_VIEW)):
        raise Forbidden("forbidden", "You may not print receipts.")


def _logo() -> logo.Logo | None:
    return logo.in_pdf() if request.args.get("format") == "pdf" else logo.on_page()


def _day(on: str) -> dict[str, object]:
    report = queries.day_report(g.location, _date(on))
    drawn = hour_bars(g.location, report)
    return {
        "report": report,
        "bars": drawn,
        "ticks": ticks([bar.value for bar in drawn], g.location.currency),
        "location": g.location,
        "tenant": g.tenant,
        "may_export": current_actor().may(REPORT_EXPORT),
    }


def _note_export(on: str, form: str) -> None:
    with transaction():
        audit.record(
            REPORT_EXPORT,
            "location",
            g.location.id,
            actor_id=current_actor().member_id,
            location_id=g.location.id,
            after={"report": "day", "date": on, "format": form},
        )


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotFound("no_date", "There is no such day.")
    return day
