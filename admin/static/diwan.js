/* Small comforts. Every page works without this file. */
"use strict";
const settings = document.currentScript.dataset;
const LONG = 12;
document.addEventListener("DOMContentLoaded", () => {
  const summary = document.querySelector(".error-summary");
  if (summary) summary.focus();

  // The toggle turns what is seen, also when that came from the system and not from a choice.
  for (const form of document.querySelectorAll("form[data-theme-toggle]")) {
    form.addEventListener("submit", () => {
      form.elements.theme.value = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    });
  }
  const stage = document.querySelector(".stages [aria-current]");
  if (stage) stage.scrollIntoView({ block: "nearest", inline: "center" });

  // One click must not save twice: the second submit of the same form is dropped.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  // Menus of <details> close on a click elsewhere and on Escape.
  const shut = (except) => {
    for (const menu of document.querySelectorAll("details.drop[open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => shut(event.target.closest("details.drop")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.drop[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  // A choice in the filters is applied at once.
  for (const select of document.querySelectorAll("form.finder select")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  // Long selects get a box to search in; the select itself stays, and is what the form sends.
  const long = [...document.querySelectorAll("main select")].filter((one) => !one.multiple && one.options.length > LONG);
  if (long.length) {
    const library = document.createElement("script");
    library.src = settings.select;
    library.addEventListener("load", () => long.forEach(searchable));
    document.head.append(library);
  }
  // A secret after the # of an address goes into its field and out of the address bar.
  const kept = document.querySelector("[data-from-fragment]");
  if (kept && location.hash.length > 1) {
    kept.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
});


/* Text as the server's search compares it (core/data/search.py): أ and ا, ة and ه, ى and ي are one. */
function fold(text) {
  const digit = (sign) => String(sign.charCodeAt(0) & 0xf);
  return text.normalize("NFKC").toLowerCase()
    .replace(/[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u0621\u0624\u0626]/g, "")
    .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").replace(/[\u0649\u06cc]/g, "\u064a")
    .replace(/\u0629/g, "\u0647").replace(/\u06a9/g, "\u0643")
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, digit).replace(/\s+/g, " ").trim();
}

function searchable(select) {
  const made = new TomSelect(select, {
    maxOptions: null, allowEmptyOption: true, lockOptgroupOrder: true, copyClassesToDropdown: false,
    placeholder: settings.hint, hidePlaceholder: false,
    score: (typed) => {
      const words = fold(typed).split(" ");
      return (option) => {
        const text = fold(`${option.optgroup || ""} ${option.text}`);
        return words.every((word) => text.includes(word)) ? 1 : 0;
      };
    },
    render: {
      item: (option, escape) => `<div>${escape(option.text.trim())}</div>`,
      no_results: (_data, escape) => `<div class="no-results">${escape(settings.none)}</div>`,
    },
  });
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) made.control_input.setAttribute(name, select.getAttribute(name));
  }
  select.addEventListener("focus", () => made.focus());  // the summary of errors leads to the select
}
