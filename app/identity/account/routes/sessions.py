"""Where one is signed in, and signing out there."""

from uuid import UUID

from flask import flash, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import signed_in
from app.core.htmx import go_to
from app.identity.account import commands
from app.identity.account.queries import sessions_of
from app.identity.account.routes.blueprint import account, login_here


@account.get("/account/sessions")
@signed_in
def sessions() -> str:
    """Every browser and tablet where the person is signed in."""
    login = login_here()
    found = sessions_of(login.person.member_id, login.id)
    return render_template("account/sessions.html", sessions=found)


@account.post("/account/sessions/<uuid:session_id>/end")
@signed_in
def end_session(session_id: UUID) -> BaseResponse:
    """Sign out there."""
    commands.end_session(login_here().person.member_id, session_id)
    return _done(gettext("You are signed out there."))


@account.post("/account/sessions/end-others")
@signed_in
def end_other_sessions() -> BaseResponse:
    """Sign out everywhere but here."""
    commands.end_other_sessions(login_here())
    return _done(gettext("You are signed out everywhere else."))


def _done(sentence: str) -> BaseResponse:
    flash(sentence)
    return go_to(url_for("account.sessions"))
