// A template is filled in as soon as it is chosen; what somebody has written is not thrown away unasked.
(() => {
  const chooser = document.querySelector("form[data-drafts]");
  if (!chooser) return;
  const select = chooser.querySelector("select");
  const answer = document.querySelector("form[data-answer]");
  const short = document.querySelector("[data-short-for]");
  const fields = answer ? [answer.elements.namedItem("subject"), answer.elements.namedItem("text")] : [];
  const isTheirs = () => fields.some((field) => field.value.trim() && field.value !== (field.dataset.filled ?? field.defaultValue));
  let chosen = select.selectedIndex;

  select.addEventListener("change", () => {
    if (isTheirs() && !window.confirm("Replace what you have written?")) {
      select.selectedIndex = chosen;
      return;
    }
    chosen = select.selectedIndex;
    const { subject = "", text = "", short: words = "" } = select.selectedOptions[0].dataset;
    [subject, text].forEach((value, at) => {
      if (!fields[at]) return;
      fields[at].value = value;
      fields[at].dataset.filled = fields[at].value;
    });
    if (short) {
      short.hidden = !words;
      short.querySelector("textarea").value = words;
    }
  });
  chooser.querySelector("button").hidden = true;
  document.getElementById("preview")?.focus();
})();
