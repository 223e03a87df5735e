/* When this screen was last touched, in documentElement's data-touched (ms): every request of the page says how long
   ago that was, so that what a stream asks for keeps nobody signed in. Once a minute a paired device says how it is. */
(() => {
  "use strict";
  const REPORT_EVERY = 60_000;
  const root = document.documentElement;
  const touch = () => { root.dataset.touched = Date.now(); };
  const idle = () => String(Math.max(0, Math.floor((Date.now() - Number(root.dataset.touched)) / 1000)));

  touch();
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) document.addEventListener(kind, touch, { capture: true, passive: true });

  document.addEventListener("htmx:config:request", (event) => { event.detail.ctx.request.headers["X-Idle"] = idle(); });

  const device = document.querySelector("[data-device]");
  if (!device) return;

  async function report() {
    const body = new URLSearchParams({ version: device.dataset.version });
    const battery = await navigator.getBattery?.().catch(() => null);
    if (battery) body.set("battery", Math.round(battery.level * 100));
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}"), "HX-Request": "true", "X-Idle": idle() };
    await fetch(device.dataset.device, { method: "POST", body, headers }).catch(() => null);
  }

  report();
  setInterval(report, REPORT_EVERY);
})();
