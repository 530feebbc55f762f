// Asks the browser for a passkey, or to make one, and sends its answer with the form. Without passkeys nothing is shown.
(() => {
  // Browsers make passkeys for a host with a name, not for a number (WebAuthn, 5.1.2: effective domain).
  if (!window.PublicKeyCredential || /^[\d.]+$|:/.test(location.hostname)) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const read = (options) => {
    const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
    const given = { ...options, challenge: bytes(options.challenge) };
    if (options.user) given.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) given.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) given.allowCredentials = known(options.allowCredentials);
    return given;
  };

  const written = (credential) => {
    const { response } = credential;
    const parts = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: parts,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const optionsOf = async ({ dataset }) => {
    if (dataset.options) return JSON.parse(dataset.options);
    const answer = await fetch(dataset.optionsUrl, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await answer.json()).request_options;
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const problem = form.querySelector("[data-problem]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      problem.hidden = true;
      try {
        const publicKey = read((await optionsOf(form)).publicKey);
        const isMade = form.dataset.passkey === "make";
        if (isMade) Object.assign(publicKey.authenticatorSelection, { residentKey: "preferred", requireResidentKey: false });
        const credential = await navigator.credentials[isMade ? "create" : "get"]({ publicKey });
        form.elements.credential.value = written(credential);
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
  for (const words of document.querySelectorAll("[data-no-passkeys]")) words.hidden = true;
})();
