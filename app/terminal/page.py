"""The terminal's page: its ledger, and a form that says what the next charges do."""

from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from app.terminal.api import Api
from app.terminal.behaviour import MODES, Behaviour
from app.terminal.ledger import Charge

POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SHOWN = 200
DECIMALS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}
WORDS = {
    "approve": "Approve",
    "decline": "Decline",
    "slow": "Approve slowly",
    "hang": "Hang, then approve",
    "twice": "Answer twice",
    "drop_after_charge": "Charge, then drop the connection",
    "error_after_charge": "Charge, then answer with an error",
}

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; margin-block: 1.5rem; }
label { display: grid; gap: 0.25rem; }
input, select, button { font: inherit; min-height: 2.75rem; padding: 0 0.75rem; }
input, select, button { box-sizing: border-box; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: 0.5rem; border-bottom: 1px solid #8886; }
td { white-space: nowrap; }
.amount { text-align: end; }
.problem { font-weight: 600; }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated card terminal</title>
<link rel="stylesheet" href="/terminal.css">
</head>
<body>
<main>
<h1>Simulated card terminal</h1>
<p>No real card is charged here. Choose what happens to the next payments by card.</p>
{problem}<ul>{behaviours}</ul>
<form method="post" action="/behaviour">
<label>The next payments <select name="mode">{modes}</select></label>
<label>How many (empty: all) <input name="count" value="1" inputmode="numeric" size="6"></label>
<label>Seconds to wait <input name="seconds" inputmode="decimal" size="6"></label>
<label>Only references that begin with <input name="prefix" size="16"></label>
<button>Set</button>
</form>
<h2>Ledger</h2>
<p>{summary}</p>
<div class="table" tabindex="0" role="region" aria-label="Ledger">
<table>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Reference</th><th scope="col">Card</th>
<th scope="col">State</th><th scope="col" class="amount">Amount</th>
<th scope="col" class="amount">Refunded</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</div>
</main>
</body>
</html>
"""


def render(api: Api, problem: str = "") -> str:
    """The whole page as HTML; `problem` is said above the form."""
    charges = api.ledger.charges()
    newest = list(reversed(charges))[:SHOWN]
    return _PAGE.format(
        problem=f'<p class="problem" role="alert">{escape(problem)}</p>\n' if problem else "",
        behaviours="".join(map(_behaviour, api.behaviours.in_force() or [Behaviour()])),
        modes="".join(f'<option value="{mode}">{WORDS[mode]}</option>' for mode in MODES),
        summary=_summary(len(charges), len(newest)),
        rows="".join(_rows(api, newest)),
    )


def form_values(body: bytes) -> dict[str, Any]:
    """The form's fields as the JSON interface takes them; what is no number stays text."""
    fields = dict(parse_qsl(body.decode("utf-8", "replace")))
    count, seconds = fields.get("count", "").strip(), fields.get("seconds", "").strip()
    return {
        "mode": fields.get("mode"),
        "count": int(count) if count.isascii() and count.isdigit() else count or None,
        "seconds": _decimal(seconds),
        "prefix": fields.get("prefix", "").strip(),
    }


def _decimal(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _behaviour(behaviour: Behaviour) -> str:
    what = "payment" if behaviour.on == "charge" else "refund"
    which = {None: f"all {what}s", 1: f"the next {what}"}.get(
        behaviour.count, f"the next {behaviour.count} {what}s"
    )
    prefix = f" whose reference begins with {behaviour.prefix}" if behaviour.prefix else ""
    wait = f" after {behaviour.seconds:g} s" if behaviour.seconds else ""
    return f"<li>{WORDS[behaviour.mode]}{wait}: {escape(which + prefix)}</li>"


def _summary(total: int, shown: int) -> str:
    if not total:
        return "No charges yet."
    return f"{total} charges." if total == shown else f"{total} charges, the last {shown} shown."


def _rows(api: Api, charges: Iterable[Charge]) -> Iterable[str]:
    for charge in charges:
        refunded = api.ledger.refunded_minor(charge.reference)
        yield (
            f"<tr><td>{charge.at[:19].replace('T', ' ')}</td><td>{escape(charge.reference)}</td>"
            f"<td>{charge.brand.capitalize()} {charge.last4}</td><td>{charge.state}</td>"
            f'<td class="amount">{_money(charge.amount_minor, charge.currency)}</td>'
            f'<td class="amount">{_money(refunded, charge.currency) if refunded else ""}</td></tr>'
        )


def _money(minor: int, currency: str) -> str:
    """An amount for reading, such as `12.40 EUR`; a fenced reference has none."""
    if not currency:
        return ""
    decimals = DECIMALS.get(currency, 2)
    whole, part = divmod(minor, 10**decimals)
    return f"{whole}.{part:0{decimals}d} {currency}" if decimals else f"{whole} {currency}"
