/* Says what went wrong. An answer that brings its own toast (hx-partial) is left alone; one without is told by its
   status and not swapped, except 409 and 422, which carry a fresh fragment or the form with its messages. */
(() => {
  "use strict";
  const area = document.getElementById("toasts");
  if (!area) return;
  const LASTS = { late: 12_000, other: 6_000 };
  const SWAPPED = [409, 422];
  const SENTENCE = { 401: "forbidden", 403: "forbidden", 404: "missing", 409: "conflict", 410: "missing", 429: "busy", 503: "busy" };

  /* A popover shown again comes on top of a dialog that was opened after it. */
  function raise() {
    if (area.matches(":popover-open")) area.hidePopover();
    area.showPopover();
  }

  const textOf = (item) => item.querySelector("p").textContent;

  /* Said again, it stands once, and as long as if it were new. */
  function settle(item) {
    if (!item.isConnected) return;
    for (const other of [...area.children]) if (other !== item && textOf(other) === textOf(item)) other.remove();
    const time = item.classList.contains("late") ? LASTS.late : LASTS.other;
    let timer = setTimeout(() => item.remove(), time);
    item.addEventListener("pointerenter", () => clearTimeout(timer));
    item.addEventListener("pointerleave", () => { timer = setTimeout(() => item.remove(), time); });
  }

  function say(text, kind = "") {
    const item = Object.assign(document.createElement("div"), { className: `toast ${kind}` });
    const close = Object.assign(document.createElement("button"), { type: "button", className: "close", textContent: "×" });
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", area.dataset.close);
    item.append(Object.assign(document.createElement("p"), { textContent: text }), close);
    area.append(item);
  }

  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
    if (added.length) raise();
    added.forEach(settle);
  }).observe(area, { childList: true });

  area.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  });

  document.addEventListener("nib-toast", (event) => say(event.detail.text ?? event.detail.value, event.detail.kind));

  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    const { status } = ctx.response;
    if (ctx.text.includes("<hx-partial") || SWAPPED.includes(status) && ctx.text.trim()) return;
    ctx.swap = "none";
    say(area.dataset[SENTENCE[status] ?? "failed"], "late");
  });

  document.addEventListener("htmx:error", (event) => {
    const { ctx, error } = event.detail;
    if (!ctx || ctx.response) return;
    say(ctx.request.signal?.reason === "timeout" || error?.name === "TimeoutError" ? area.dataset.slow : area.dataset.offline, "late");
  });

  raise();
})();
