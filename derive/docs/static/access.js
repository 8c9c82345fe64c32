// What the theme leaves open for those who read by keyboard or by ear.
(function () {
  "use strict";
  // Whatever scrolls sideways can be reached, and scrolled, by keyboard.
  function reach() {
    for (const box of document.querySelectorAll("article pre, article figure, div.math, table.docutils, .table-wrapper")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  }
  for (const caption of document.querySelectorAll(".sidebar-tree .caption")) {
    caption.setAttribute("aria-level", "2");
  }
  const names = { "sidebar-drawer": "Pages of the site", "toc-drawer": "On this page" };
  for (const [kind, name] of Object.entries(names)) {
    document.querySelector("aside." + kind)?.setAttribute("aria-label", name);
  }
  for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", reach);
  window.addEventListener("resize", reach);
  reach();
})();
