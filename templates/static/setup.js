// The zone of the event is guessed until somebody says it: where a browser
// knows better than the server did, its guess is taken.
(() => {
  'use strict';
  for (const field of document.querySelectorAll('[data-guess="zone"]')) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = document.querySelector(`#${field.getAttribute('list')} option[value="${CSS.escape(zone || '')}"]`);
    if (known) field.value = zone;
  }
})();
