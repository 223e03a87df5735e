/* A fresh key for each gesture, the same key over its retries: the server carries a repeated request out once.
   A gesture that got no answer keeps its key, so that trying again by hand cannot do it twice. */
(() => {
  "use strict";
  const WAITS = [400, 1200];
  const RETRIED = [502, 503, 504];
  const unanswered = new WeakMap();

  /* UUIDv7 by getRandomValues: crypto.randomUUID does not exist on plain-http LAN addresses. */
  function uuid7() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    new DataView(bytes.buffer).setBigUint64(0, BigInt(Date.now()) << 16n | BigInt(bytes[6] << 8 | bytes[7]));
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  function keyFor(element, text) {
    const earlier = unanswered.get(element);
    unanswered.delete(element);
    return earlier?.text === text ? earlier.key : uuid7();
  }

  function pause(ms, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms * (0.8 + Math.random() * 0.4));
      signal?.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }

  async function retrying(url, request) {
    for (const wait of WAITS) {
      try {
        const answer = await fetch(url, request);
        if (!RETRIED.includes(answer.status)) return answer;
      } catch (error) {
        if (request.signal?.aborted) throw error;
      }
      await pause(wait, request.signal);
    }
    return fetch(url, request);
  }

  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!/^(POST|PUT|PATCH|DELETE)$/i.test(ctx.request.method)) return;
    const element = ctx.sourceElement;
    const text = ctx.request.action + new URLSearchParams(ctx.request.body);
    const key = keyFor(element, text);
    const holder = element.closest("[data-fresh-id]");
    if (holder) ctx.request.body.set(holder.dataset.freshId, key);
    ctx.request.headers["Idempotency-Key"] = key;
    ctx.gesture = { key, text };
    ctx.fetch = retrying;
  });

  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail?.ctx;
    if (ctx?.gesture && !ctx.response) unanswered.set(ctx.sourceElement, ctx.gesture);
  });

  /* Forms that htmx does not send: the page leaves, so one key a form is one key a gesture. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    let field = form.elements.namedItem("idempotency_key");
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "idempotency_key" });
      form.append(field);
    }
    if (!field.dataset.given) field.value = uuid7();
    field.dataset.given = "";
  });

  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[name=idempotency_key][data-given]")) delete field.dataset.given;
  });
})();
