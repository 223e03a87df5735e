"""The manager's page of devices, the page where a browser becomes one, and where each starts."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import for_screens, paired, public, requires
from app.core.errors import DomainError, Invalid, NotFound
from app.core.forms import read
from app.core.htmx import fragment_or_page, go_to
from app.core.limits import counted_here, limited
from app.core.qr import as_picture
from app.devices import forms
from app.devices.queries import (
    DeviceView,
    devices_at,
    get_device,
    stations_of,
)
from app.identity import devices as commands
from app.identity.current import become, current_actor, find_device_here, find_login_here, once
from app.identity.errors import InsecureAddress, TooManyTries, WrongSecret
from app.identity.logins import end_login
from app.identity.permissions import DEVICE_PAIR
from app.identity.places import places_of
from app.identity.queries import PairedDevice
from app.identity.refusals import refused
from app.identity.session import cookie_name, hand_over_device
from app.tenancy.queries import get_location_by_id

devices = Blueprint("devices", __name__, url_prefix="/t/<tenant>")

REFUSALS = (Invalid, WrongSecret, TooManyTries)


@devices.get("/settings/devices", endpoint="devices")
@requires(DEVICE_PAIR, somewhere=True)
def list_devices() -> str:
    """Every device of the manager's locations."""
    places = places_of(current_actor(), DEVICE_PAIR)
    return render_template("devices/devices.html", places=places, devices=devices_at(places))


@devices.get("/settings/devices/new")
@requires(DEVICE_PAIR, somewhere=True)
def new() -> Response:
    """What is to be paired, and where it stands."""
    return _new_form(200)


@devices.post("/settings/devices")
@requires(DEVICE_PAIR, somewhere=True)
def prepare() -> Response | BaseResponse:
    """Make a code for a device, or pair this browser on the spot."""
    if cookie_name(request) is None:
        raise InsecureAddress
    try:
        wanted = _wanted()
        if request.form.get("here"):
            return _become(commands.pair_here(current_actor(), wanted))
        made = once(lambda: {"id": str(commands.prepare_device(current_actor(), wanted))})
    except Invalid as error:
        return _new_form(error.status, error)
    return go_to(url_for("devices.device", device_id=made["id"]))


@devices.get("/settings/devices/<uuid:device_id>")
@requires(DEVICE_PAIR, somewhere=True)
def device(device_id: UUID) -> Response:
    """One device: its code while it waits, its name and stations, and its end."""
    return _device_page(get_device(current_actor(), device_id), 200)


@devices.post("/settings/devices/<uuid:device_id>")
@requires(DEVICE_PAIR, somewhere=True)
def change(device_id: UUID) -> Response | BaseResponse:
    """Rename a device, choose its stations."""
    found = get_device(current_actor(), device_id)
    try:
        form = read(forms.ChangeForm, _sent())
        stations = _own_stations(found.location.id, form["station_ids"])
        commands.change_device(current_actor(), device_id, form["name"], stations)
    except Invalid as error:
        return _device_page(found, error.status, error)
    return go_to(url_for("devices.devices"))


@devices.post("/settings/devices/<uuid:device_id>/code")
@requires(DEVICE_PAIR, somewhere=True)
def renew(device_id: UUID) -> BaseResponse:
    """A new code for a device that was not paired in time, or is to be paired anew."""
    commands.renew_code(current_actor(), device_id)
    return go_to(url_for("devices.device", device_id=device_id))


@devices.post("/settings/devices/<uuid:device_id>/revoke")
@requires(DEVICE_PAIR, somewhere=True)
def revoke(device_id: UUID) -> BaseResponse:
    """End a device at once."""
    commands.revoke_device(current_actor(), device_id)
    return go_to(url_for("devices.devices"))


@devices.get("/pair")
@public
def pair_page() -> Response:
    """Where a browser becomes a device, by a code that is typed or that the QR brings."""
    return _pair_form(request.args.get("code", ""))


@devices.post("/pair")
@public
@limited("pairing")
def pair() -> Response | BaseResponse:
    """Take the code; a refused one comes back with a sentence."""
    if cookie_name(request) is None:
        raise InsecureAddress
    try:
        code = read(forms.CodeForm, request.form)["code"]
        return _become(commands.redeem_code(code, counted_here()))
    except REFUSALS as error:
        return _pair_form(request.form.get("code", ""), error)


@devices.get("/device")
@paired
@for_screens("kitchen", "pickup")
def start() -> BaseResponse:
    """Where a device begins: the PIN, its board, the list of its boards, the pickup board."""
    here = find_device_here()
    if here is None or here.is_tablet:
        return redirect(url_for("identity.home" if find_login_here() else "identity.pin_page"))
    return redirect(_board(here))


@devices.post("/device/report")
@paired
def report() -> tuple[str, int]:
    """What a device says of itself once a minute."""
    form = read(forms.ReportForm, request.form)
    here = find_device_here()
    if here is not None:
        commands.note_report(here.id, form["battery"], form["version"])
    return "", 204


def _board(here: PairedDevice) -> str:
    place = get_location_by_id(here.location_id)
    if here.kind == "pickup":
        return url_for("pickup.board", location=place.slug)
    shown = [one for one in stations_of([place]) if one.id in here.station_ids]
    if len(shown) == 1:
        return url_for("kitchen.station", location=place.slug, station=shown[0].slug)
    return url_for("kitchen.stations", location=place.slug)


def _become(token: str) -> BaseResponse:
    """The browser is the device from now on; whoever was signed in there is not any more."""
    login = find_login_here()
    if login is not None:
        end_login(login.id)
    here = become(token)
    response = make_response(go_to(url_for("devices.start")))
    hand_over_device(response, here)
    return response


def _sent() -> dict[str, Any]:
    return request.form.to_dict() | {"station_ids": request.form.getlist("station_ids")}


def _wanted() -> commands.NewDevice:
    form = read(forms.NewDeviceForm, _sent())
    places = places_of(current_actor(), DEVICE_PAIR)
    place = next((it for it in places if it.id == form["location_id"]), None)
    if place is None:
        raise NotFound("no_location", "There is no such location.")
    is_screen = form["kind"] == "kitchen"
    return commands.NewDevice(
        location_id=place.id,
        kind=form["kind"],
        name=form["name"],
        station_ids=_own_stations(place.id, form["station_ids"] if is_screen else []),
    )


def _own_stations(location_id: UUID, wanted: list[UUID]) -> tuple[UUID, ...]:
    """The stations of a location among those that were sent: a page offers all locations'.

    Raises Invalid where all of them are another location's.
    """
    place = get_location_by_id(location_id)
    own = {one.id for one in stations_of([place])}
    found = tuple(one for one in wanted if one in own)
    if wanted and not found:
        sentence = f"What you chose is at another location. Choose a station of {place.name}."
        raise Invalid("stations", sentence, {"station_ids": [sentence]})
    return found


def _new_form(status: int, error: Invalid | None = None) -> Response:
    places = places_of(current_actor(), DEVICE_PAIR)
    return _page(
        "devices/new.html",
        status,
        error,
        places=places,
        stations=stations_of(places),
        sent=_sent(),
    )


def _device_page(found: DeviceView, status: int, error: Invalid | None = None) -> Response:
    address = url_for("devices.pair_page", code=found.code, _external=True) if found.code else ""
    return fragment_or_page(
        "devices/_device.html",
        "devices/device.html",
        status,
        device=found,
        stations=stations_of([found.location]),
        address=url_for("devices.pair_page", _external=True),
        picture=as_picture(address) if address else "",
        **_told(error),
    )


def _pair_form(code: str, error: DomainError | None = None) -> Response:
    response = _page(
        "devices/pair.html",
        error.status if error else 200,
        error,
        code=code,
        here=find_device_here(),
        is_secure=cookie_name(request) is not None,
    )
    return refused(error, response) if error else response


def _page(template: str, status: int, error: DomainError | None, **context: Any) -> Response:
    return make_response(render_template(template, **context, **_told(error)), status)


def _told(error: DomainError | None) -> dict[str, Any]:
    return {
        "sentence": error.sentence if error else "",
        "fields": error.fields if isinstance(error, Invalid) else {},
    }
