"""The page that an invitation's link leads to. The token stands in no path: paths are logged."""

from flask import Response, g, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import public
from app.core.errors import DomainError
from app.core.forms import read
from app.core.limits import counted_here, limited
from app.identity.current import find_login_here, link_token
from app.identity.errors import InsecureAddress, TooManyTries, WrongSecret
from app.identity.links import look_at
from app.identity.refusals import shown
from app.identity.routes import come_in
from app.identity.session import cookie_name
from app.identity.staff import invitations
from app.identity.staff.forms import AcceptForm
from app.identity.staff.invitations import Answer
from app.identity.staff.routes import refusals
from app.identity.staff.routes.blueprint import staff

REFUSALS = (*refusals.REFUSALS, WrongSecret, TooManyTries)


@staff.get("/invite", endpoint="invitation")
@public
def invitation() -> Response:
    """Choose a password and a PIN; the same page whether or not there is an account."""
    return _form()


@staff.post("/invite", endpoint="accept")
@public
@limited("sign_in")
def accept() -> BaseResponse:
    """Join, and come in by the door that everybody comes in by."""
    if cookie_name(request) is None:
        raise InsecureAddress
    address = counted_here()
    try:
        form = read(AcceptForm, request.form)
        answer = Answer(token=link_token(), address=address, restaurant=g.tenant.name, **form)
        proven = invitations.accept(answer, find_login_here())
    except REFUSALS as error:
        return _form(error)
    return come_in(proven, None)


def _form(error: DomainError | None = None) -> Response:
    token = link_token()
    page = render_template(
        "identity/staff/invitation.html",
        email=look_at("invite", token).email,
        token=token,
        restaurant=g.tenant.name,
        **refusals.said(error),
    )
    return shown(page, error)
