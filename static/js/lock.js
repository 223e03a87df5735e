/* A tablet that nobody has touched for a while, or that is told to, is locked: the PIN lies over the page, which stays
   as it is. The server ends the session; the right PIN of the same person brings a new one, and the page goes on. */
(() => {
  "use strict";
  const lock = document.getElementById("lock");
  if (!lock) return;
  const root = document.documentElement;
  const LOCKED = 401;
  const AGAIN_MS = 5000;
  /* What the page came with: a way out where the server brings no form. */
  const plain = document.createDocumentFragment();
  plain.append(...lock.cloneNode(true).childNodes);
  let stream = null;
  let tells = false;
  let isAsking = false;

  function adopt(token) {
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  }

  /* A socket whose session is over would knock again and again: it goes, and comes back with the person. */
  function hangUp() {
    const element = document.querySelector("[data-stream]");
    if (!element) return;
    stream = { copy: element.cloneNode(), parent: element.parentElement };
    htmx.swap({ target: element, swap: "delete", text: "" });
  }

  function listen() {
    if (!stream) return;
    delete stream.copy.dataset.htmxPowered;
    stream.parent.prepend(stream.copy);
    htmx.process(stream.copy);
    stream = null;
  }

  /* The sheet that the avatar opens; any other stays open under the lock. */
  function closePinSheet() {
    document.querySelector("#sheet #pin")?.closest("dialog").close();
  }

  function ask(verb, url) {
    return htmx.ajax(verb, url, { target: "#lock", swap: "innerHTML" });
  }

  /* Asked again while nothing comes: the network or the server may be away just then. */
  async function askForPin() {
    const hasForm = () => lock.querySelector("form");
    if (!lock.open || isAsking || hasForm()) return;
    isAsking = true;
    try {
      if (tells) await ask("POST", lock.dataset.url);
      if (!hasForm()) await ask("GET", lock.dataset.pin);
    } finally {
      isAsking = false;
    }
  }

  function shut({ tell }) {
    if (lock.open) return;
    document.getElementById("toasts")?.replaceChildren();
    closePinSheet();
    lock.showModal();
    hangUp();
    tells = tell;
    askForPin();
  }

  setInterval(askForPin, AGAIN_MS);
  window.addEventListener("online", askForPin);

  setInterval(() => {
    if (Date.now() - Number(root.dataset.touched) >= Number(lock.dataset.after) * 1000) shut({ tell: true });
  }, 1000);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-lock]")) shut({ tell: true });
  });
  document.addEventListener("nib-locked", () => shut({ tell: false }));

  /* What asked while it was locked is not done, and no toast says that one may not: the PIN says what to do. */
  document.addEventListener("htmx:response:error", (event) => {
    const { ctx } = event.detail;
    if (ctx.response.status !== LOCKED) return;
    ctx.swap = "none";
    event.stopImmediatePropagation();
  });

  /* An act that somebody else approves is sent again by the sheet that asks, and ends where it would have ended. */
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.swap) ctx.request.headers["X-Swap"] = ctx.swap;
  });

  lock.addEventListener("cancel", (event) => event.preventDefault());

  new MutationObserver(() => {
    const field = lock.querySelector("[name=csrf_token]");
    if (field) adopt(field.value);
    lock.querySelector("[autofocus]")?.focus();
  }).observe(lock, { childList: true });

  document.addEventListener("nib-unlocked", (event) => {
    adopt(event.detail.token);
    closePinSheet();
    if (!lock.open) return;
    lock.close();
    lock.replaceChildren(plain.cloneNode(true));
    listen();
  });
})();
