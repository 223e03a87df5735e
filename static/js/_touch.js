/* When this screen was last touched, in documentElement's data-touched (ms): every request of the page says how long
   ago that was, so that what a stream asks for keeps nobody signed in. Once a minute a paired device says how it is.
   Joined before the others, which send with `nib` what htmx does not. */
const nib = (() => {
  "use strict";
  const REPORT_EVERY = 60_000;
  const root = document.documentElement;
  const touch = () => { root.dataset.touched = Date.now(); };
  /* Seconds. Less than none where the clock was set back meanwhile: that is no touch to the server. */
  const idle = () => String(Math.floor((Date.now() - Number(root.dataset.touched)) / 1000));
  const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}"), "HX-Request": "true", "X-Idle": idle() });

  touch();
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) document.addEventListener(kind, touch, { capture: true, passive: true });

  document.addEventListener("htmx:config:request", (event) => { event.detail.ctx.request.headers["X-Idle"] = idle(); });

  const device = document.querySelector("[data-device]");

  async function report() {
    const body = new URLSearchParams({ version: device.dataset.version });
    const battery = await navigator.getBattery?.().catch(() => null);
    if (battery) body.set("battery", Math.round(battery.level * 100));
    await fetch(device.dataset.device, { method: "POST", body, headers: headers() }).catch(() => null);
  }

  if (device) {
    report();
    setInterval(report, REPORT_EVERY);
  }
  return { idle, headers };
})();
