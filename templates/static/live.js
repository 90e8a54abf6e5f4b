// The live page follows the sale. The server draws each part; here it is only
// put in its place, without taking away what somebody has opened, focused or
// selected. Without this script the page has a link that refreshes it.
(() => {
  'use strict';
  const state = document.getElementById('live-state');
  if (!state || !window.EventSource) return;

  // Said once whenever it changes; who listens is not told of every number.
  const say = (words) => { if (state.textContent !== words) state.textContent = words; };

  const focusable = 'a[href], summary, button, input, [tabindex]';

  function replace(part, html) {
    const selection = getSelection();
    if (part.querySelector('a:active, button:active, summary:active')) return false; // a press that is under way is a click only on what it began on
    if (selection && !selection.isCollapsed && part.contains(selection.anchorNode)) return false;
    const opened = [...part.querySelectorAll('details[open][id]')].map((d) => d.id);
    const scrolled = [...part.querySelectorAll('details[id] .chart-scroll')].map((s) => [s.closest('details').id, s.scrollTop]);
    const focused = [...part.querySelectorAll(focusable)].indexOf(document.activeElement);
    part.innerHTML = html;
    for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
    for (const [id, top] of scrolled) {
      const scroll = document.getElementById(id)?.querySelector('.chart-scroll');
      if (scroll) scroll.scrollTop = top;
    }
    if (focused >= 0) part.querySelectorAll(focusable)[focused]?.focus({ preventScroll: true });
    return true;
  }

  const waiting = new Map(); // parts that could not be replaced yet
  function show(fragments) {
    for (const [name, html] of Object.entries(fragments)) waiting.set(name, html);
    for (const [name, html] of [...waiting]) {
      const part = document.getElementById('live-' + name);
      if (!part || replace(part, html)) waiting.delete(name);
    }
  }

  let source = null;
  function open() {
    if (source) return;
    source = new EventSource(state.dataset.live);
    source.addEventListener('live', (e) => {
      const told = JSON.parse(e.data);
      show(told.fragments);
      say(told.trouble || state.dataset.on);
    });
    source.addEventListener('error', () => {
      const over = source.readyState === EventSource.CLOSED;
      say(over ? state.dataset.over : state.dataset.lost);
      document.body.classList.toggle('live-lost', true);
      if (over) source = null;
    });
    source.addEventListener('open', () => document.body.classList.toggle('live-lost', false));
  }
  function close() { source?.close(); source = null; }

  // Who does not look costs nothing.
  document.addEventListener('visibilitychange', () => { if (document.hidden) close(); else open(); });
  addEventListener('pagehide', close);
  addEventListener('pageshow', () => { if (!document.hidden) open(); });
  if (!document.hidden) open();
})();
