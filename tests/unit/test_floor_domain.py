"""The stage of a table follows from its facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.floor.domain import TableFacts, TableStage, VisitState, table_stage


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        (TableFacts(), "free"),
        (TableFacts(visit_state="done", has_lines=True), "free"),
        (TableFacts(visit_state="seated"), "seated"),
        (TableFacts(visit_state="seated", has_lines=True), "ordered"),
        (TableFacts(visit_state="seated", has_lines=True, is_cooking=True), "cooking"),
        (TableFacts(visit_state="seated", is_cooking=True, is_ready=True), "ready"),
        (TableFacts(visit_state="seated", is_ready=True, is_late=True), "late"),
        (TableFacts(visit_state="seated", has_lines=True, is_bill_asked=True), "bill"),
        (TableFacts(visit_state="seated", is_bill_asked=True, is_paid=True), "paid"),
        (TableFacts(visit_state="leaving", has_lines=True, is_paid=True), "paid"),
        (TableFacts(visit_state="seated", is_paid=True, is_cooking=True), "cooking"),
        (TableFacts(visit_state="dirty", is_paid=True), "to_clear"),
    ],
)
def test_the_most_urgent_fact_gives_the_stage(facts: TableFacts, stage: str) -> None:
    assert table_stage(facts) == stage


def test_every_stage_comes_up() -> None:
    flags = ["has_lines", "is_cooking", "is_ready", "is_late", "is_bill_asked", "is_paid"]
    seated = [TableFacts(visit_state="seated", **{flag: True}) for flag in flags]
    others = [TableFacts(), TableFacts(visit_state="seated"), TableFacts(visit_state="dirty")]

    assert {table_stage(facts) for facts in seated + others} == set(TableStage)


@given(st.builds(TableFacts, visit_state=st.sampled_from([None, *VisitState])))
def test_a_table_is_free_exactly_when_no_party_is_there(facts: TableFacts) -> None:
    is_free = table_stage(facts) is TableStage.FREE

    assert is_free == (facts.visit_state in (None, "done"))
