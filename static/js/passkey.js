/* Passkeys: a button with data-passkey asks the server what is to be signed (data-options), has the browser sign it,
   and sends its form with the answer in the field that data-passkey names. Shown only where the browser knows them. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !window.isSecureContext) return;
  document.documentElement.dataset.passkeys = "";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function asked(url) {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}"), Accept: "application/json" };
    const answer = await fetch(url, { method: "POST", headers });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? answer.statusText);
    return answer.json();
  }

  function signed(options) {
    options.challenge = bytes(options.challenge);
    if (!options.user) return navigator.credentials.get({ publicKey: { ...options, allowCredentials: named(options.allowCredentials) } });
    options.user.id = bytes(options.user.id);
    return navigator.credentials.create({ publicKey: { ...options, excludeCredentials: named(options.excludeCredentials) } });
  }

  function written(credential) {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const answer = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
    if (response.getTransports) answer.transports = response.getTransports();
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: answer, clientExtensionResults: {} });
  }

  async function use(button) {
    const form = button.form;
    try {
      const answer = written(await signed(await asked(button.dataset.options)));
      const field = form.elements.namedItem(button.dataset.passkey) ??
        form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: button.dataset.passkey }));
      field.value = answer;
      form.noValidate = true;
      form.requestSubmit();
    } catch (error) {
      const said = error.name === "InvalidStateError" ? button.dataset.known : error.name === "Error" ? error.message : "";
      document.dispatchEvent(new CustomEvent("nib-toast", { detail: { text: said || button.dataset.failed, kind: "late" } }));
    } finally {
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (!button) return;
    button.disabled = true;
    use(button);
  });
})();
