// A clock that stands still until the test lets time pass, on a machine that
// is three hours fast, and somebody who writes down what is read aloud.
(() => {
  let at = Date.now() + 3 * 3600000, id = 0;
  const due = new Map();
  Date.now = () => at;
  performance.now = () => performance.getEntriesByType('navigation')[0].requestStart; // the page came in no time
  Math.random = () => 0.5;
  window.setTimeout = (run, ms = 0) => { due.set(++id, { at: at + ms, run }); return id; };
  window.clearTimeout = (one) => { due.delete(one); };
  window.pass = async (ms) => {
    const until = at + ms;
    for (;;) {
      const [next] = [...due].filter(([, t]) => t.at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (!next) break;
      due.delete(next[0]);
      at = Math.max(at, next[1].at);
      await next[1].run();
    }
    at = until;
    return true;
  };
  window.away = false;
  Object.defineProperty(document, 'hidden', { get: () => window.away });
  window.heard = [];
  addEventListener('DOMContentLoaded', () => new MutationObserver((changes) => {
    for (const c of changes) {
      if (c.target.closest && c.target.closest('.unseen[role=status]')) window.heard.push(c.target.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true }));
})();
