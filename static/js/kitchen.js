/* Kitchen screens: keys of a bump bar, acknowledging tickets that have been shown, wake lock and sound, hidden tickets. */
(() => {
  "use strict";
  const board = () => document.querySelector("[data-seen-url]");
  if (!board()) return;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest("input, textarea, select, dialog")) return;
    const slot = event.key === "0" ? "10" : event.key;
    const target = /^\d$/.test(event.key)
      ? document.querySelector(`[data-slot="${slot}"] [data-bump]`)
      : /^[a-z]$/i.test(event.key) && document.querySelector(`[data-key="${event.key.toLowerCase()}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  });

  let sound = null;
  async function stayAwake() {
    try { await navigator.wakeLock?.request("screen"); } catch { /* refused while the page is hidden: asked again when it shows */ }
  }

  function beep() {
    if (!sound) return;
    for (const [after, pitch] of [[0, 880], [0.18, 1175]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, sound.currentTime + after);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + after + 0.16);
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + after);
      tone.stop(sound.currentTime + after + 0.17);
    }
  }

  document.addEventListener("click", (event) => {
    const start = event.target.closest("[data-start-shift]");
    if (!start) return;
    sound = new AudioContext();
    stayAwake();
    beep();
    start.hidden = true;
  });
  document.addEventListener("visibilitychange", () => { if (sound && !document.hidden) stayAwake(); });

  const sent = new Set();

  async function acknowledge() {
    if (document.hidden) return;
    const unseen = [...document.querySelectorAll("[data-unseen]")].map((ticket) => ticket.dataset.unseen).filter((id) => !sent.has(id));
    if (!unseen.length) return;
    unseen.forEach((id) => sent.add(id));
    const body = new URLSearchParams(unseen.map((id) => ["ticket", id]));
    const answer = await fetch(board().dataset.seenUrl, { method: "POST", body, headers: nib.headers() }).catch(() => null);
    if (!answer?.ok) unseen.forEach((id) => sent.delete(id));
    else for (const id of unseen) document.querySelector(`[data-unseen="${id}"]`)?.removeAttribute("data-unseen");
  }

  const announced = new Set();
  function announce() {
    const fresh = [...document.querySelectorAll("[data-unseen]")].filter((ticket) => !announced.has(ticket.dataset.unseen));
    fresh.forEach((ticket) => announced.add(ticket.dataset.unseen));
    if (fresh.length) beep();
  }

  function countHidden() {
    const edge = board().getBoundingClientRect();
    const tickets = [...board().querySelectorAll(".ticket")];
    const away = tickets.filter((ticket) => { const box = ticket.getBoundingClientRect(); return box.left >= edge.right || box.right <= edge.left; });
    const late = away.filter((ticket) => ticket.matches(".late, :has([data-late])"));
    for (const ticket of tickets) ticket.classList.toggle("continues", ticket.getClientRects().length > 1);
    const counter = document.querySelector("[data-hidden-tickets]");
    if (!counter) return;
    const words = late.length && counter.dataset.hiddenLate || counter.dataset.hiddenTickets;
    const text = words.replace("{n}", away.length).replace("{late}", late.length);
    if (counter.textContent !== text) counter.textContent = text;
    counter.classList.toggle("late", late.length > 0);
    counter.hidden = away.length === 0;
  }

  function look() {
    announce();
    acknowledge();
    countHidden();
  }

  /* Measuring lays the whole board out anew: once for all that changed, and after it has been painted. */
  let isDue = false;
  function lookSoon() {
    announce();
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => setTimeout(() => { isDue = false; look(); }));
  }

  look();
  new MutationObserver(lookSoon).observe(document.querySelector("main"), { childList: true, subtree: true });
  setInterval(look, 5000);
})();
