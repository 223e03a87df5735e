"""State machines as tables: what may follow what."""

from collections.abc import Iterable, Mapping

from app.core.errors import Conflict


class StateMachine:
    """The states of one kind of thing and the edges between them.

    `table` maps each state to those that may follow it; its first key is the state that a
    new thing starts in. `edges` holds the same as pairs, for checks in SQL.
    """

    def __init__(self, name: str, table: Mapping[str, Iterable[str]]) -> None:
        self.name = name
        self.initial = str(next(iter(table)))
        self.edges = frozenset(
            (str(source), str(target)) for source, targets in table.items() for target in targets
        )
        self.states = frozenset(map(str, table)) | {target for _, target in self.edges}

    def allows(self, source: str, target: str) -> bool:
        """Tell whether one step leads from `source` to `target`."""
        return (source, target) in self.edges

    def require(self, source: str, target: str) -> None:
        """Raise Conflict (`<name>_state`) unless one step leads from `source` to `target`."""
        if not self.allows(source, target):
            sentence = f"The {self.name} is {_words(source)} and cannot become {_words(target)}."
            raise Conflict(f"{self.name.replace(' ', '_')}_state", sentence)


def _words(state: str) -> str:
    return str(state).replace("_", " ")
