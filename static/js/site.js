// Enhancement only: every page works without this module.

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** The phone menu is a <details>: Escape and a press outside of it close it. */
function closeMenuFromOutside(menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

/** A form that came back with errors: focus its summary, and let each link land on its field. */
function focusErrors(summary) {
  summary.focus();
  for (const link of $$("a[href^='#']", summary)) {
    link.addEventListener("click", (event) => {
      const target = document.getElementById(link.hash.slice(1));
      const control = target?.matches("input, select, textarea")
        ? target
        : target?.querySelector("input, select, textarea");
      if (!control) return;
      event.preventDefault();
      (control.closest(".field") ?? control).scrollIntoView({ block: "start" });
      control.focus({ preventScroll: true });
    });
  }
}

/**
 * data-shown-when="relationship=family,other" hides a field until one of the values is chosen; "=*" until any is.
 * The text remains, so that choosing again loses nothing. A field with an error always shows.
 */
function showWhenChosen(field) {
  const [name, list] = field.dataset.shownWhen.split("=");
  const values = list.split(",");
  const form = field.closest("form");
  const update = () => {
    const chosen = new FormData(form).get(name) ?? "";
    const isWanted = list === "*" ? chosen !== "" : values.includes(chosen);
    field.hidden = !isWanted && !field.matches(".field--error");
  };
  form.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}

/** The second press of a submit button does nothing; coming back through history frees it again. */
function submitOnce(form) {
  const button = form.querySelector("[type=submit]");
  if (!button) return;
  const label = [...button.childNodes].map((node) => node.cloneNode(true));
  form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") {
      event.preventDefault();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) button.textContent = button.dataset.busy;
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    button.removeAttribute("aria-disabled");
    button.replaceChildren(...label.map((node) => node.cloneNode(true)));
  });
}

/** Where the visit began: stored in this tab only, and sent with the form. */
function rememberLanding() {
  try {
    if (sessionStorage.getItem("landing")) return;
    const host = document.referrer && new URL(document.referrer).hostname;
    const landing = { page: location.pathname, host: host === location.hostname ? "" : host };
    sessionStorage.setItem("landing", JSON.stringify(landing));
  } catch {
    // A browser may forbid to keep anything.
  }
}

function forgetLanding() {
  try {
    sessionStorage.removeItem("landing");
  } catch {
    // Then nothing is stored.
  }
}

/** Leaves without an entry in the history, so that Back does not return here. */
function leaveQuickly(link) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    forgetLanding();
    location.replace(link.href);
  });
}

/** Marks the entry of the section that is being read. */
function followReading(list) {
  const links = new Map($$("a[href^='#']", list).map((link) => [link.hash.slice(1), link]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const mark = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
    const current = passed.at(-1)?.id;
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
  headings.forEach((heading) => observer.observe(heading));
}

/** A print button is of no use without script, so it is only shown with it. */
function offerPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/** On paper an answer cannot be unfolded: open all of them, and close those again afterwards. */
function unfoldForPrint(items) {
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = items.filter((item) => !item.open);
    unfolded.forEach((item) => (item.open = true));
  });
  addEventListener("afterprint", () => unfolded.forEach((item) => (item.open = false)));
}

rememberLanding();
$$(".site-header__menu").forEach(closeMenuFromOutside);
$$(".error-summary").forEach(focusErrors);
$$("[data-shown-when]").forEach(showWhenChosen);
$$("form[data-submit-once]").forEach(submitOnce);
$$("[data-quick-exit]").forEach(leaveQuickly);
$$(".contents-list").forEach(followReading);
$$("[data-print]").forEach(offerPrint);
unfoldForPrint($$(".faq details"));
