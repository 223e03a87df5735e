"""What a page notes of itself: when it was tapped, and when it showed what. One clock for all.

Milliseconds since 1970, as timeOrigin + now(). "Shown" is the animation frame after the change:
what is drawn next holds it.
"""

from dataclasses import dataclass

from playwright.sync_api import Page

# Tapping: `marks` begins anew at each tap and gets `pending` (the line that the page paints by
# itself), `line` (as many lines as there were and one more) and `answered`, from the network.
# Watching: `tickets` has when each ticket was first shown.
NOTE = """
const clock = (moment) => performance.timeOrigin + moment;
window.marks = {};
window.tickets = {};
const soon = (holder, name) => {
  if (holder[name] !== undefined) return;
  holder[name] = null;
  requestAnimationFrame(() => { holder[name] = clock(performance.now()); });
};
const lines = () => document.querySelectorAll("#bill a.line").length;
addEventListener("click", (event) => {
  if (!event.target.closest(".tile, form.send button")) return;
  window.marks = { tap: clock(event.timeStamp), before: lines() };
}, true);
addEventListener("DOMContentLoaded", () => {
  const look = () => {
    if (document.querySelector(".hx-pending")) soon(window.marks, "pending");
    if (lines() > window.marks.before) soon(window.marks, "line");
    for (const ticket of document.querySelectorAll(".ticket")) soon(window.tickets, ticket.id);
  };
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.initiatorType !== "fetch" || !/\\/(lines|send)$/.test(entry.name)) continue;
    window.marks.asked = clock(entry.requestStart);
    window.marks.answered = clock(entry.responseEnd);
  }
}).observe({ type: "resource" });
/* The policy of the pages forbids what playwright's own waiting does. */
window.until = async (ask) => {
  const deadline = performance.now() + 20_000;
  for (let found = ask(); ; found = ask()) {
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`never: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
"""


@dataclass(frozen=True)
class Tap:
    """One tap on a tile, in milliseconds from the tap; `answer` is the request's own time."""

    pending: float
    line: float
    answer: float


def tap(page: Page, selector: str) -> Tap:
    """Tap a tile as a finger does, and wait until its line is confirmed."""
    page.locator(selector).click()
    marks = page.evaluate("until(() => marks.line && marks.answered && marks)")
    began = marks["tap"]
    return Tap(
        pending=(marks["pending"] or marks["line"]) - began,
        line=marks["line"] - began,
        answer=marks["answered"] - marks["asked"],
    )


def send(page: Page, selector: str) -> float:
    """Send; when its answer had come, in milliseconds since 1970."""
    page.locator(selector).click()
    return answered(page)


def answered(page: Page) -> float:
    """When the last request had its answer, in milliseconds since 1970."""
    return float(page.evaluate("until(() => marks.answered)"))


def known(board: Page) -> int:
    """How many tickets a board has ever shown."""
    return int(board.evaluate("Object.keys(tickets).length"))


def shown_after(board: Page, before: int) -> tuple[str, float]:
    """The next ticket's element id, and when it was shown, in milliseconds since 1970."""
    found = board.evaluate(
        "(n) => until(() => Object.values(tickets).length > n && Object.values(tickets).at(-1)"
        " && Object.entries(tickets).at(-1))",
        before,
    )
    return str(found[0]), float(found[1])
