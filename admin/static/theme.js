/* Runs before the first paint: the colour scheme follows the system unless somebody has chosen one. */
(function () {
  const root = document.documentElement;
  if (root.dataset.chosen) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  follow();
  dark.addEventListener("change", follow);
})();
