/* Reads the frames of a location's stream, {seq, at, content?, topics?, snapshot?}, before htmx swaps their content.
   Tells the page which topics changed, asks for a snapshot after a gap, and never lets a silent screen look live. */
(() => {
  "use strict";
  const SILENT_AFTER = 10_000;
  const OVER = 1008;
  let shown = null;
  let seq = null;
  let heard = null;
  let drift = Infinity;
  let delay = 0;
  let asked = false;

  const mark = () => document.getElementById("live");
  const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }));
  const eventName = (topic) => `nib-${topic.replace(/[^\w-]+/g, "-")}`;

  /* An act's answer shows what it changed. So what the page shows already, at this number or a later one, is not
     fetched again, and while an act is on its way what concerns its element waits for the answer. */
  const acts = new Set();
  const waiting = new Map();

  function pass(topic, seq) {
    const element = document.querySelector(`[data-topic="${topic}"]`);
    if (element && acts.size) waiting.set(topic, seq);
    else if (!(Number(element?.dataset.seq) >= seq)) tell(eventName(topic), { seq });
  }

  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.gesture) acts.add(event.detail.ctx);
  });

  document.addEventListener("htmx:finally:request", (event) => {
    acts.delete(event.detail.ctx);
    if (acts.size) return;
    const held = [...waiting];
    waiting.clear();
    for (const [topic, seq] of held) pass(topic, seq);
  });

  function instant(at) {
    return typeof at === "number" ? at * 1000 : Date.parse(at);
  }

  /* The tablet's clock may be wrong: the smallest difference ever seen stands for clock drift plus the shortest way. */
  function listen(frame) {
    heard = Date.now();
    const gap = frame.at === undefined ? NaN : heard - instant(frame.at);
    if (Number.isNaN(gap)) return;
    drift = Math.min(drift, gap);
    delay = gap - drift;
    document.documentElement.dataset.drift = Math.round(drift);
  }

  function ask(connection) {
    if (asked) return;
    asked = true;
    connection.socket?.send(JSON.stringify({ resync: true }));
  }

  /* Returns whether the frame is news: not older than what is on screen. */
  function follow(frame, connection) {
    if (frame.snapshot) {
      const changed = shown !== null && frame.seq !== shown;
      seq = shown = frame.seq;
      asked = false;
      if (changed) queueMicrotask(() => tell("nib-resync", { seq }));
      return true;
    }
    if (seq !== null && frame.seq < seq) return false;
    if (seq !== null && frame.seq === seq) return !frame.content;
    if (seq !== null && frame.seq > seq + 1) ask(connection);
    seq = shown = frame.seq;
    return true;
  }

  document.addEventListener("htmx:ws:before:message:incoming", (event) => {
    let frame;
    try { frame = JSON.parse(event.detail.message.data); } catch { return; }
    listen(frame);
    if (typeof frame.seq === "number" && !follow(frame, event.detail.connection)) {
      event.preventDefault();
      return;
    }
    for (const topic of frame.topics ?? []) pass(topic, frame.seq);
    draw();
  });

  document.addEventListener("htmx:ws:after:connection", (event) => {
    seq = null;
    asked = false;
    shown ??= Number(event.target.dataset?.seq ?? NaN);
    if (Number.isNaN(shown)) shown = null;
  });

  /* The session is over (no touch for long, signed out elsewhere), the device is revoked or the restaurant closed: rather the
     way back in, or the reason, than a dead board. Where a tablet is led to the PIN, it lies over the page, which stays. */
  function wayBackIn(answer) {
    const lock = document.getElementById("lock");
    if (lock && answer.url.includes(lock.dataset.pin.split("?")[0])) document.dispatchEvent(new CustomEvent("nib-locked"));
    else location.reload();
  }

  document.addEventListener("htmx:ws:close", (event) => {
    if (event.detail.code !== OVER) return;
    looked = 0;
    look();
  });

  /* A browser does not tell a socket that is refused from one that nobody answers. So a silent page asks for itself now and
     then: where it is led elsewhere, or refused, waiting for the socket is in vain. */
  let looked = 0;
  async function look() {
    if (Date.now() - looked < SILENT_AFTER) return;
    looked = Date.now();
    const request = { method: "HEAD", headers: { "X-Idle": nib.idle() } };
    const answer = await fetch(location.href, request).catch(() => null);
    if (answer?.redirected || [401, 403, 404, 410].includes(answer?.status)) wayBackIn(answer);
  }

  function drawMark(element, silent) {
    const state = heard === null ? "waiting" : silent > SILENT_AFTER ? "lost" : "live";
    const words = { waiting: element.dataset.waiting, lost: element.dataset.lost?.replace("{n}", Math.round(silent / 1000)),
      live: `${element.dataset.live} ${(Math.min(delay, 9900) / 1000).toFixed(1)} s` };
    element.hidden = false;
    element.classList.toggle("good", state === "live");
    element.classList.toggle("late", state === "lost");
    const dot = element.querySelector(".dot") ?? element.appendChild(Object.assign(document.createElement("span"), { className: "dot" }));
    element.replaceChildren(dot, words[state]);
  }

  function drawBanner(banner, silent) {
    const stale = silent > SILENT_AFTER;
    document.documentElement.toggleAttribute("data-stale", stale);
    if (stale && banner.hidden) banner.textContent = banner.dataset.text.replace("{n}", SILENT_AFTER / 1000);
    banner.hidden = !stale;
    if (stale) look();
  }

  const started = Date.now();
  function draw() {
    if (!document.querySelector("[data-stream]")) return;
    const silent = Date.now() - (heard ?? started);
    const element = mark();
    if (element) drawMark(element, silent);
    const banner = document.getElementById("stale");
    if (banner) drawBanner(banner, silent);
  }

  draw();
  setInterval(draw, 1000);
})();
