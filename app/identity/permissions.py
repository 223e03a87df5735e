"""The names of all permissions, and the roles that a new tenant starts with."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import Forbidden


@dataclass(frozen=True, kw_only=True)
class Permission:
    """A permission; each act under an `audited` one leaves an audit entry.

    One that is not `asked` is to come: roles hold it already, and no act needs it yet. It is
    offered to nobody, for whoever withheld it would believe in a bar that is not there.
    """

    name: str
    description: str
    audited: bool
    asked: bool


PERMISSIONS: dict[str, Permission] = {}


def _define(name: str, description: str, *, audited: bool = False, asked: bool = True) -> str:
    PERMISSIONS[name] = Permission(name=name, description=description, audited=audited, asked=asked)
    return name


ORDER_CREATE = _define("order.create", "take orders")
ORDER_EDIT_OTHERS = _define("order.edit_others", "edit orders of others", audited=True, asked=False)
ORDER_VOID_FIRED = _define("order.void_fired", "void lines the kitchen has", audited=True)
ORDER_VOID_SERVED = _define("order.void_served", "void lines already served", audited=True)
ORDER_COMP = _define("order.comp", "give something on the house", audited=True, asked=False)
ORDER_DISCOUNT = _define("order.discount", "give a discount", audited=True, asked=False)
ORDER_DISCOUNT_OVER_LIMIT = _define(
    "order.discount_over_limit", "give a discount over the limit", audited=True, asked=False
)
ORDER_TRANSFER = _define(
    "order.transfer", "hand tables and orders to others", audited=True, asked=False
)
ORDER_REOPEN = _define("order.reopen", "reopen closed orders", audited=True, asked=False)
ORDER_CANCEL = _define("order.cancel", "cancel orders", audited=True)
ORDER_PRICE_OVERRIDE = _define(
    "order.price_override", "change a price on an order", audited=True, asked=False
)

KITCHEN_VIEW = _define("kitchen.view", "see the kitchen screens")
KITCHEN_BUMP = _define("kitchen.bump", "mark tickets done")
KITCHEN_RECALL = _define("kitchen.recall", "take tickets back")
KITCHEN_REMAKE = _define("kitchen.remake", "have something made again", asked=False)
KITCHEN_CONFIGURE = _define("kitchen.configure", "set up stations", asked=False)

MENU_EDIT = _define("menu.edit", "edit the menu", audited=True)
MENU_86 = _define("menu.86", "mark items as sold out")
FLOOR_EDIT = _define("floor.edit", "edit the floor plan")

PAYMENT_TAKE = _define("payment.take", "take payments")
PAYMENT_REFUND = _define("payment.refund", "give refunds", audited=True)
PAYMENT_ADJUST_TIP = _define("payment.adjust_tip", "adjust tips", audited=True, asked=False)
PAYMENT_CONFIGURE = _define("payment.configure", "set up ways of paying", audited=True, asked=False)

DRAWER_OPEN = _define("drawer.open", "open a cash drawer", audited=True, asked=False)
DRAWER_PAY_IN_OUT = _define("drawer.pay_in_out", "pay cash in and out", audited=True, asked=False)
DRAWER_CLOSE = _define("drawer.close", "count and close a drawer", audited=True, asked=False)
DRAWER_VIEW_EXPECTED = _define(
    "drawer.view_expected", "see what a drawer should hold", audited=True, asked=False
)

INVENTORY_VIEW = _define("inventory.view", "see the stock")
INVENTORY_ADJUST = _define("inventory.adjust", "correct the stock", audited=True)
INVENTORY_COUNT = _define("inventory.count", "count the stock", audited=True, asked=False)
INVENTORY_PURCHASE = _define("inventory.purchase", "order and receive goods", asked=False)

REPORT_VIEW = _define("report.view", "see reports")
REPORT_EXPORT = _define("report.export", "export reports", audited=True)

STAFF_VIEW = _define("staff.view", "see the staff", audited=True)
STAFF_MANAGE = _define("staff.manage", "manage the staff", audited=True)
ROLE_MANAGE = _define("role.manage", "manage roles", audited=True)
DEVICE_PAIR = _define("device.pair", "pair devices", audited=True)
SETTINGS_EDIT = _define("settings.edit", "edit settings", audited=True)
AUDIT_VIEW = _define("audit.view", "see the audit trail")
API_MANAGE = _define("api.manage", "manage access by programs", audited=True)
TENANT_MANAGE = _define("tenant.manage", "manage the restaurant's account", audited=True)

ALL = frozenset(PERMISSIONS)
ASKED = frozenset(name for name, permission in PERMISSIONS.items() if permission.asked)

ROLES: dict[str, frozenset[str]] = {
    "owner": ALL,
    "manager": ALL - {TENANT_MANAGE, API_MANAGE, ROLE_MANAGE, PAYMENT_CONFIGURE},
    "server": frozenset(
        {
            ORDER_CREATE,
            ORDER_TRANSFER,
            KITCHEN_VIEW,
            PAYMENT_TAKE,
            PAYMENT_ADJUST_TIP,
        }
    ),
    "cashier": frozenset(
        {
            ORDER_CREATE,
            ORDER_EDIT_OTHERS,
            ORDER_DISCOUNT,
            KITCHEN_VIEW,
            PAYMENT_TAKE,
            PAYMENT_ADJUST_TIP,
            DRAWER_OPEN,
            DRAWER_PAY_IN_OUT,
            DRAWER_CLOSE,
        }
    ),
    "kitchen": frozenset(
        {
            KITCHEN_VIEW,
            KITCHEN_BUMP,
            KITCHEN_RECALL,
            KITCHEN_REMAKE,
            MENU_86,
            INVENTORY_VIEW,
        }
    ),
    "stock_clerk": frozenset(
        {
            MENU_86,
            INVENTORY_VIEW,
            INVENTORY_ADJUST,
            INVENTORY_COUNT,
            INVENTORY_PURCHASE,
        }
    ),
    "accountant": frozenset({INVENTORY_VIEW, REPORT_VIEW, REPORT_EXPORT, AUDIT_VIEW}),
}

# What a paired screen may do without a person: of the kitchen's role, what concerns its board.
SCREENS: dict[str, frozenset[str]] = {
    "kitchen": frozenset({KITCHEN_VIEW, KITCHEN_BUMP, KITCHEN_RECALL, KITCHEN_REMAKE}),
    "pickup": frozenset({KITCHEN_VIEW}),
}


def require_grantable(own: frozenset[str], granted: Iterable[str]) -> None:
    """Raise Forbidden where a granter lacks what is granted; ValueError for an unknown name.

    What is not `asked` lets nobody do anything, and so needs nobody to grant it: the given roles
    hold some, and no role that is made here can.
    """
    wanted = frozenset(granted)
    if unknown := wanted - ALL:
        raise ValueError(f"Not a permission: {', '.join(sorted(unknown))}.")
    if lacking := wanted & ASKED - own:
        acts = ", ".join(PERMISSIONS[name].description for name in sorted(lacking))
        raise Forbidden("grant", f"You cannot grant what you may not do yourself: {acts}.")
