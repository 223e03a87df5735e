/* The order screen: how many of each item are on the bill stands on its tile; steppers count; an answer that was
   overtaken by a newer one is not shown. */
(() => {
  "use strict";
  const bill = () => document.getElementById("bill");

  function count() {
    const counts = new Map();
    for (const line of bill().querySelectorAll("[data-item]")) {
      counts.set(line.dataset.item, (counts.get(line.dataset.item) ?? 0) + Number(line.dataset.count));
    }
    for (const tile of document.querySelectorAll("[data-tile]")) mark(tile, counts.get(tile.dataset.tile));
  }

  function mark(tile, number) {
    let badge = tile.querySelector(".on-bill");
    if (!number) { badge?.remove(); return; }
    badge ??= tile.appendChild(Object.assign(document.createElement("span"), { className: "on-bill" }));
    if (badge.textContent !== String(number)) badge.textContent = number;
  }

  /* Two taps answered in the other order: the older bill would take the newer line away again. */
  document.addEventListener("htmx:before:swap", (event) => {
    const { tasks } = event.detail;
    const older = tasks.findIndex(({ fragment }) => {
      const seq = fragment?.querySelector?.("#bill")?.dataset.seq;
      return seq && Number(seq) < Number(bill()?.dataset.seq);
    });
    if (older >= 0) tasks.splice(older, 1);
  });

  document.addEventListener("htmx:after:swap", () => {
    if (!bill()) return;
    count();
    const search = document.querySelector("[data-filter]");
    if (search?.value) search.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    const field = button?.closest("[data-stepper]")?.querySelector("input");
    if (field) field.value = Math.max(1, Number(field.value.replace(",", ".")) + Number(button.dataset.step));
  });
})();
