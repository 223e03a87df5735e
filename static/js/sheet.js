/* Dialogs: what is swapped into #sheet opens it; closing empties it and gives the focus back to what opened it,
   by id when a swap has replaced that element in the meantime. Keys of a PIN pad type into its field. */
(() => {
  "use strict";
  const sheet = document.getElementById("sheet");
  let opener = null;

  function restoreFocus() {
    const target = opener?.isConnected ? opener : document.getElementById(opener?.id ?? "");
    target?.focus({ preventScroll: true });
    opener = null;
  }

  function open(dialog) {
    if (dialog.open) return;
    opener = document.activeElement;
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  }

  if (sheet) {
    new MutationObserver(() => {
      if (sheet.childElementCount) open(sheet);
      else if (sheet.open) sheet.close();
    }).observe(sheet, { childList: true });
  }

  document.addEventListener("close", (event) => {
    if (event.target === sheet) sheet.replaceChildren();
    restoreFocus();
  }, true);

  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog");
    if (event.target.closest("[data-closes]") || (event.target === dialog && dialog.id !== "lock")) dialog?.close();
  });

  document.addEventListener("nib-sheet-close", () => sheet?.close());

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const form = ctx.sourceElement.closest("[data-closes-on-done]");
    if (form && ctx.response.status < 400) ctx.closes = form.closest("dialog");
  });

  document.addEventListener("htmx:finally:request", (event) => event.detail.ctx.closes?.close());

  function press(pad, digit) {
    const field = pad.querySelector("input");
    field.value = digit === "back" ? field.value.slice(0, -1) : (field.value + digit).slice(0, field.maxLength);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-digit]");
    if (key) press(key.closest("[data-pinpad]"), key.dataset.digit);
  });

  document.addEventListener("input", (event) => {
    const pad = event.target.closest("[data-pinpad]");
    if (pad && event.target.value.length === Number(pad.dataset.pinpad)) event.target.form?.requestSubmit();
  });
})();
