// Typesets every formula of the page; the TeX stays in it as MathML for readers of the screen.
(function () {
  "use strict";
  for (const element of document.querySelectorAll(".math")) {
    katex.render(element.textContent, element, {
      displayMode: element.tagName === "DIV",
      throwOnError: false,
      strict: "ignore",
      trust: false,
      maxExpand: 1000,
    });
  }
  document.documentElement.dataset.maths = "done";
})();
