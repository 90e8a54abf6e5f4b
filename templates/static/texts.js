// Shows a text in its preview while it is typed. The form does the same by
// its Preview button.
(() => {
  "use strict";
  const form = document.querySelector("form[data-live]");
  const button = form && form.querySelector("[formtarget]");
  if (!button) return;
  let waiting;
  const show = () => {
    // A new frame's first page adds nothing to the browser's history.
    const frame = document.querySelector("iframe.preview");
    const fresh = frame.cloneNode(false);
    fresh.removeAttribute("src");
    frame.replaceWith(fresh);
    form.requestSubmit(button);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
})();
