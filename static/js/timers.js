/* Keeps every <time data-since> telling how long ago that was, and marks it when it passes its thresholds.
   The server's clock counts: stream.js notes how far this device's clock is off. */
(() => {
  "use strict";
  const two = (number) => String(number).padStart(2, "0");

  const FORMS = {
    clock(seconds) {
      const whole = Math.max(0, seconds);
      const hours = Math.floor(whole / 3600);
      const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
      return hours ? `${hours}:${rest}` : rest;
    },
    minutes(seconds, element) {
      return `${Math.max(0, Math.floor(seconds / 60))} ${element.dataset.unit ?? "min"}`;
    },
    span(seconds) {
      const minutes = Math.max(0, Math.floor(seconds / 60));
      return `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
    },
    countdown(seconds) {
      return (seconds < 0 ? "−" : "+") + FORMS.clock(Math.abs(seconds));
    },
    until(seconds) {
      return FORMS.clock(-seconds);
    },
  };

  const now = () => Date.now() - Number(document.documentElement.dataset.drift ?? 0);
  const past = (seconds, threshold) => threshold !== undefined && seconds >= Number(threshold);

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick(element) {
    const seconds = Math.floor((now() - Date.parse(element.dataset.since)) / 1000);
    const late = past(seconds, element.dataset.lateAfter);
    write(element, FORMS[element.dataset.form ?? "clock"](seconds, element));
    element.toggleAttribute("data-late", late);
    element.toggleAttribute("data-warn", !late && past(seconds, element.dataset.warnAfter));
  }

  function clock(element) {
    const { locale, zone } = document.documentElement.dataset;
    const style = { hour: "2-digit", minute: "2-digit", timeZone: zone || undefined };
    write(element, new Date(now()).toLocaleTimeString(locale || "en-GB", style));
  }

  function all() {
    for (const element of document.querySelectorAll("time[data-since]")) tick(element);
    for (const element of document.querySelectorAll("time[data-clock]")) clock(element);
  }

  all();
  setInterval(all, 1000);
  /* A swapped fragment comes without its minutes: fill them in before they are painted. */
  new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
})();
