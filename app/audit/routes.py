"""The audit trail: what was done, whether it still says so, and what the owner is told of."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.audit import commands, queries
from app.audit.csv_file import trail_csv
from app.audit.forms import Filters, read_place
from app.audit.verifying import verify
from app.audit.words import KINDS, all_acts
from app.core.access import proven_lately, requires
from app.core.errors import Invalid
from app.core.htmx import fragment_or_page, go_to
from app.core.locale import zone_name
from app.identity.current import current_actor
from app.identity.permissions import AUDIT_VIEW, REPORT_EXPORT

audit = Blueprint("audit", __name__, url_prefix="/t/<tenant>/settings/audit")


@audit.get("", endpoint="trail")
@requires(AUDIT_VIEW, somewhere=True)
def trail() -> tuple[str, int] | Response:
    """The entries that fit the filters in the address, a page of them at a time."""
    filters, after = Filters.of(request.args), read_place(request.args.get("after", ""))
    try:
        found = queries.entries(current_actor(), filters, _zone(), after, queries.PAGE + 1)
    except Invalid as error:
        return render_template("audit/page.html", **_page(filters, [], error)), 422
    page = _page(filters, found[: queries.PAGE])
    page |= {"more": len(found) > queries.PAGE, "after": after}
    return fragment_or_page("audit/_entries.html", "audit/page.html", **page)


@audit.get("/export.csv", endpoint="export")
@requires(REPORT_EXPORT, somewhere=True)
@proven_lately
def export() -> Response:
    """The same entries, all of them, as a table for a spreadsheet."""
    actor, filters, zone = current_actor(), Filters.of(request.args), _zone()
    queries.entries(actor, filters, zone, None, 1)  # a filter that says nothing is refused here
    commands.note_export(actor, filters)
    rows = trail_csv(queries.every_entry(actor, filters, zone))
    response = Response(stream_with_context(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


@audit.get("/chain", endpoint="chain")
@requires(AUDIT_VIEW, everywhere=True)
def chain() -> Response:
    """Walk the hash chain, a part a request, and say what was found."""
    verdict = verify(request.args.get("after", 0, type=int))
    return fragment_or_page("audit/_verdict.html", "audit/chain.html", verdict=verdict)


@audit.post("/alerts/<uuid:alert_id>/aside", endpoint="put_aside")
@requires(AUDIT_VIEW, everywhere=True)
def put_aside(alert_id: UUID) -> BaseResponse:
    """Take an alert off the lists."""
    commands.put_aside(current_actor(), alert_id)
    return go_to(url_for("audit.trail"))


def _page(
    filters: Filters, found: list[queries.Entry], error: Invalid | None = None
) -> dict[str, Any]:
    actor = current_actor()
    return {
        "filters": filters,
        "entries": found,
        "errors": error.fields if error else {},
        "people": [(str(member_id), name) for member_id, name in queries.people(actor)],
        "places": [(str(place.id), place.name) for place in queries.places(actor)],
        "acts": all_acts(),
        "kinds": sorted(((kind, str(words)) for kind, words in KINDS.items()), key=lambda k: k[1]),
        "alerts": queries.open_alerts(actor),
        "may_export": actor.may_somewhere(REPORT_EXPORT),
        "may_verify": actor.may_everywhere(AUDIT_VIEW),
        "more": False,
        "after": None,
    }


def _zone() -> ZoneInfo:
    return ZoneInfo(zone_name())
