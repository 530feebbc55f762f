// Enhancement only: the form is sent as well without this module, and without what it adds.

const form = document.querySelector("form[data-worker]");

/** Puts in where the visit began, as the tab remembers it; the server checks it. */
function tellLanding() {
  try {
    const { page, host } = JSON.parse(sessionStorage.getItem("landing"));
    form.elements.landing_page.value = page;
    form.elements.referring_host.value = host;
  } catch {
    // Nothing is remembered: what the server has seen stands.
  }
}

/** The worker's address as browsers want to see it checked that let no text become a script (Trusted Types). */
function checked(address) {
  const createScriptURL = (text) => {
    if (new URL(text, location.href).origin !== location.origin) throw new TypeError("Not a script of this site");
    return text;
  };
  return globalThis.trustedTypes?.createPolicy("proof-worker", { createScriptURL }).createScriptURL(address) ?? address;
}

/** A sum that costs a program more than a person, done while somebody types. Plain http cannot do it. */
function solve() {
  if (!form.dataset.challenge || !globalThis.Worker || !globalThis.crypto?.subtle) return;
  const task = JSON.parse(form.dataset.challenge);
  const worker = new Worker(checked(form.dataset.worker));
  worker.onmessage = ({ data: number }) => {
    worker.terminate();
    if (number === null) return;
    const { algorithm, challenge, salt, signature } = task;
    form.elements.proof.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  };
  worker.postMessage(task);
}

if (form) {
  tellLanding();
  form.addEventListener("input", solve, { once: true });
}
