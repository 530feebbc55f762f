// Starts the widgets of the staff's side: each lays its start beside itself as data (firm/admin_widgets.py).
(() => {
  const functions = new Set(["initDateChooser", "initTimeChooser", "initDateTimeChooser"]);
  const classes = /^(InlinePanel|MultipleChooserPanel|[A-Za-z]*Chooser)$/;

  function start(element) {
    const name = element.dataset.start;
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const given = JSON.parse(element.textContent);
    if (functions.has(name)) globalThis[name](...given);
    else if (classes.test(name)) new globalThis[name](...given);
  }

  function startAll(root) {
    if (root.matches?.("script[data-start]")) start(root);
    for (const element of root.querySelectorAll?.("script[data-start]") ?? []) start(element);
  }

  document.addEventListener("DOMContentLoaded", () => {
    startAll(document);
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.addedNodes) startAll(node);
    }).observe(document.documentElement, { childList: true, subtree: true });
  });
})();
