/* The point of sale: the newest line in view, how many lines are below, search over the tiles, categories. */
(() => {
  "use strict";
  const list = () => document.querySelector("[data-lines]");

  function countBelow() {
    const lines = list();
    const more = lines?.querySelector("[data-more]");
    if (!more) return;
    const edge = lines.getBoundingClientRect().bottom;
    const below = [...lines.querySelectorAll(".line")].filter((line) => line.getBoundingClientRect().top > edge - 12).length;
    more.hidden = below === 0;
    const text = more.dataset.more.replace("{n}", below);
    if (more.textContent !== text) more.textContent = text;
  }

  let newest = null;
  function showNewest() {
    const line = [...(list()?.querySelectorAll(".line.on, .hx-pending") ?? [])].at(-1);
    const name = line && (line.id || line.textContent);
    if (line && name !== newest) line.scrollIntoView({ block: "end", inline: "nearest" });
    newest = name;
    countBelow();
  }

  document.addEventListener("scroll", (event) => { if (event.target === list()) countBelow(); }, true);
  window.addEventListener("resize", countBelow);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-more]")) list().scrollBy({ top: list().clientHeight * 0.8, behavior: "smooth" });
  });

  function filter(input) {
    const pane = document.querySelector(input.dataset.filter);
    const words = input.value.trim().toLocaleLowerCase();
    const searching = words.length >= 2;
    pane.classList.toggle("searching", searching);
    let found = 0;
    for (const tile of pane.querySelectorAll(".tile")) {
      const text = `${tile.querySelector(".name").textContent} ${tile.dataset.words ?? ""}`.toLocaleLowerCase();
      const away = searching && !text.includes(words);
      tile.hidden = away;
      found += !away;
      if (tile.form?.parentElement?.matches(".tiles")) tile.form.hidden = away;
    }
    pane.querySelector(".search-none").hidden = !searching || found > 0;
  }

  /* A hidden bill cannot scroll: look again when it comes into view. */
  document.addEventListener("change", (event) => {
    if (!event.target.closest(".pos-tabs")) return;
    newest = null;
    showNewest();
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) filter(event.target);
  });

  function clearSearch() {
    const input = document.querySelector("[data-filter]");
    if (!input?.value) return;
    input.value = "";
    filter(input);
  }

  function show(link) {
    const section = document.querySelector(link.hash);
    for (const other of section.parentElement.children) other.toggleAttribute("data-off", other !== section);
    for (const other of link.parentElement.children) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    section.parentElement.scrollTop = 0;
    clearSearch();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-shows]");
    if (!link) return;
    event.preventDefault();
    show(link);
  });

  if (list()) {
    showNewest();
    new MutationObserver(showNewest).observe(list().closest(".bill") ?? document.body, { childList: true, subtree: true });
  }
})();
