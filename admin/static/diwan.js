/* Small comforts. Every page works without this file. */
"use strict";
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
