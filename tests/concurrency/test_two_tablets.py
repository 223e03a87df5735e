"""Two tablets at one order, in any order and at the same moment: there is one history of it.

A simple model says what each gesture does. What two gestures at once do must be what they do one
after the other, in the order in which the database has numbered them.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from psycopg import Connection

from app.core.errors import DomainError
from app.core.ids import new_id
from app.ordering import commands as ordering
from app.ordering.commands import LineEdit
from app.payments.commands import Taking, pay_cash
from tests.support.restaurants import Restaurant
from tests.support.servers import Addresses
from tests.support.together import together
from tests.support.trade import Wanted, new_line, order, owner_of
from tests.support.truth import offences

GESTURES = 200
PART_MINOR = 10
KINDS = ("add", "add", "edit", "edit", "edit", "remove", "void", "send", "serve", "pay")
TABLETS = (0, 1)

gestures = st.tuples(st.sampled_from(KINDS), st.integers(0, 10_000), st.integers(1, 9))


@dataclass(frozen=True)
class Gesture:
    """What a tablet asks for; `version` is the line's when the tablet last looked."""

    kind: str
    line_id: UUID
    version: int = 0
    quantity: int = 1


@dataclass
class Line:
    """A line as far as the model goes."""

    quantity: int = 1
    state: str = "new"
    version: int = 1


@dataclass
class Model:
    """What the order should be: its lines, what is paid, and the numbered changes."""

    lines: dict[UUID, Line] = field(default_factory=dict)
    paid_minor: int = 0
    acts: list[str] = field(default_factory=list)

    def take(self, gesture: Gesture) -> str:
        """Carry a gesture out; "done", or the code of the refusal."""
        act: Callable[[Gesture], str] = getattr(self, f"_{gesture.kind}")
        return act(gesture)

    def _add(self, gesture: Gesture) -> str:
        self.lines[gesture.line_id] = Line()
        return self._done("add_line")

    def _edit(self, gesture: Gesture) -> str:
        line = self.lines.get(gesture.line_id)
        if line is None or line.version != gesture.version:
            return "line_changed"
        if line.state != "new":
            return "line_fired"
        line.quantity, line.version = gesture.quantity, line.version + 1
        return self._done("edit_line")

    def _remove(self, gesture: Gesture) -> str:
        line = self.lines.get(gesture.line_id)
        if line is None or line.version != gesture.version:
            return "line_changed"
        if line.state != "new":
            return "line_sent"
        del self.lines[gesture.line_id]
        return self._done("remove_line")

    def _void(self, gesture: Gesture) -> str:
        line = self.lines.get(gesture.line_id)
        if line is None or line.version != gesture.version:
            return "line_changed"
        if line.state == "voided":
            return "line_state"
        line.state, line.version = "voided", line.version + 1
        return self._done("void_line")

    def _send(self, _gesture: Gesture) -> str:
        unsent = [line for line in self.lines.values() if line.state == "new"]
        if not unsent:
            return "nothing_new"
        for line in unsent:
            line.state = "fired"
        return self._done("send")

    def _serve(self, gesture: Gesture) -> str:
        line = self.lines.get(gesture.line_id)
        if line is not None and line.state == "fired":
            line.state = "served"
        return self._done("serve")

    def _pay(self, _gesture: Gesture) -> str:
        if any(line.state == "new" for line in self.lines.values()):
            return "lines_unsent"
        self.paid_minor += PART_MINOR
        return "done"

    def _done(self, act: str) -> str:
        self.acts.append(act)
        return "done"


class Tablets(RuleBasedStateMachine):
    """Two tablets, each of which knows the versions that it saw when it last looked."""

    def __init__(self, house: Restaurant, owner: Connection, owner_url: str) -> None:
        super().__init__()
        self._house, self._owner, self._owner_url = house, owner, owner_url
        with house.inside():
            # It is never touched: whatever is paid in parts, something is owed still.
            placed = order(house, *[Wanted("Steak", 9, ("Rare",))] * 3)
        self._order_id, self._bill_id = placed.order_id, placed.bill_id
        self._owed_minor = placed.total_minor
        self._untouched = {line[0] for line in self._lines()}
        self._model = Model(acts=self._acts())
        self._seen: list[dict[UUID, int]] = [{}, {}]

    @rule(tablet=st.sampled_from(TABLETS), asked=gestures)
    def gesture(self, tablet: int, asked: tuple[str, int, int]) -> None:
        """One after the other."""
        gesture = self._gesture(tablet, *asked)
        expected = self._model.take(gesture)

        assert self._carry_out(gesture) == expected
        assert self._observed() == self._model
        self._look(tablet, gesture)

    @rule(first=gestures, second=gestures)
    def at_once(self, first: tuple[str, int, int], second: tuple[str, int, int]) -> None:
        """Both at the same moment."""
        both = [self._gesture(tablet, *asked) for tablet, asked in enumerate((first, second))]
        answers = together(lambda which: self._carry_out(both[which]), len(both))

        seen = answers, self._observed()
        possible = [self._one_by_one(both, turns) for turns in permutations(TABLETS)]
        assert seen in possible, f"{both}: {seen}, none of {possible}"
        self._model = seen[1]
        for tablet in TABLETS:
            self._look(tablet, both[tablet])

    @rule(tablet=st.sampled_from(TABLETS))
    def look(self, tablet: int) -> None:
        """The tablet loads the order anew."""
        self._seen[tablet] = {line_id: line.version for line_id, line in self._model.lines.items()}

    def teardown(self) -> None:
        """Every version once and in order, the bill to the cent, and every invariant."""
        versions, total, paid = self._totals()
        assert versions == list(range(1, len(self._model.acts) + 1))
        kept = [line for line in self._model.lines.values() if line.state != "voided"]
        espresso = self._house.prices["Espresso"]
        assert total == self._owed_minor + sum(line.quantity * espresso for line in kept)
        assert paid == self._model.paid_minor
        assert offences(self._owner_url, self._house.tenant.id) == []

    def _gesture(self, tablet: int, kind: str, nth: int, quantity: int) -> Gesture:
        known = sorted(self._seen[tablet])
        if kind == "add" or not known:
            return Gesture("add", new_id())
        line_id = known[-1 - nth % min(len(known), 3)]
        return Gesture(kind, line_id, self._seen[tablet][line_id], quantity)

    def _look(self, tablet: int, gesture: Gesture) -> None:
        """The answer shows the line that was asked about; a new one is shown to both."""
        if gesture.kind == "add":
            for seen in self._seen:
                seen.setdefault(gesture.line_id, 1)
        line = self._model.lines.get(gesture.line_id)
        if line is None:
            self._seen[tablet].pop(gesture.line_id, None)
        else:
            self._seen[tablet][gesture.line_id] = line.version

    def _one_by_one(self, both: list[Gesture], turns: tuple[int, ...]) -> tuple[list[str], Model]:
        model = deepcopy(self._model)
        answers = {which: model.take(both[which]) for which in turns}
        return [answers[which] for which in TABLETS], model

    def _carry_out(self, gesture: Gesture) -> str:
        with self._house.inside():
            try:
                self._act(gesture)
            except DomainError as refused:
                # Whether a line was taken away before it was looked up or after is all one.
                return "line_changed" if refused.code == "no_line" else refused.code
        return "done"

    def _act(self, gesture: Gesture) -> None:
        actor, place = owner_of(self._house), self._house.location
        order_id, line_id, version = self._order_id, gesture.line_id, gesture.version
        match gesture.kind:
            case "add":
                line = new_line(self._house, Wanted("Espresso"), line_id=line_id)
                ordering.add_line(actor, place, order_id, line)
            case "edit":
                edit = LineEdit(quantity=Decimal(gesture.quantity))
                ordering.edit_line(actor, place, line_id, version, edit)
            case "remove":
                ordering.remove_line(actor, place, line_id, version)
            case "void":
                ordering.void_line(actor, place, line_id, version, reason="no", made=False)
            case "send":
                ordering.send(actor, place, order_id)
            case "serve":
                ordering.serve_lines(actor, place, order_id, [line_id])
            case "pay":
                part = Taking(payment_id=new_id(), bill_id=self._bill_id, amount_minor=PART_MINOR)
                pay_cash(actor, place, part)

    def _observed(self) -> Model:
        lines = {
            line_id: Line(int(quantity), state, version)
            for line_id, quantity, state, version in self._lines()
            if line_id not in self._untouched
        }
        _versions, _total, paid = self._totals()
        return Model(lines=lines, paid_minor=paid, acts=self._acts())

    def _lines(self) -> list[tuple[Any, ...]]:
        return self._owner.execute(
            "SELECT id, quantity, state, version FROM order_line WHERE order_id = %s",
            [self._order_id],
        ).fetchall()

    def _acts(self) -> list[str]:
        changes = self._owner.execute(
            "SELECT act FROM order_change WHERE order_id = %s ORDER BY version", [self._order_id]
        )
        return [act for (act,) in changes]

    def _totals(self) -> tuple[list[int], int, int]:
        found = self._owner.execute(
            "SELECT (SELECT array_agg(version ORDER BY version) FROM order_change c"
            " WHERE c.order_id = b.order_id), total_minor, paid_minor FROM bill b WHERE id = %s",
            [self._bill_id],
        ).fetchone()
        assert found is not None
        return found


@pytest.mark.timeout(180)
def test_200_gestures_of_two_tablets_have_one_history(
    house: Restaurant, owner_connection: Connection, addresses: Addresses
) -> None:
    run_state_machine_as_test(
        partial(Tablets, house, owner_connection, addresses.owner_url),  # type: ignore[arg-type]
        settings=settings(
            max_examples=3,  # the first is the shortest there is
            stateful_step_count=GESTURES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
