// Comforts for fans' pages. Each page is complete without them: what is said
// here in passing, the server says as well. Nothing is decided here, nothing
// is sent but questions, and all words come from the page.
(() => {
  'use strict';
  const lang = document.documentElement.lang;

  // --- The server's clock. `skew` is what it is ahead of this machine's.
  let skew = 0;
  const now = () => Date.now() + skew;

  // The page is from `moment`. It was made after it was asked for, so what is
  // left never looks longer than it is.
  function setClock(moment) {
    const trip = performance.getEntriesByType('navigation')[0];
    if (!trip || trip.type === 'back_forward' || !trip.requestStart) { askClock(); return; }
    skew = moment - (Date.now() - (performance.now() - trip.requestStart));
  }

  // A page out of a cache says nothing about now; any answer's Date does.
  async function askClock() {
    try {
      const before = Date.now();
      const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store' });
      const date = Date.parse(answer.headers.get('Date')) + 1000 * (answer.headers.get('Age') || 0);
      if (date) skew = date + 500 - (before + Date.now()) / 2;
    } catch { /* no line: this machine's clock has to do */ }
  }

  // left writes a time like the server does and in its words: two units, cut
  // down, no seconds from ten minutes on.
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  const plural = new Intl.PluralRules(lang), forms = [1, 2, 5];
  function left(ms, words) {
    let s = Math.max(0, Math.floor(ms / 1000));
    if (s >= 600) s -= s % 60;
    const parts = [];
    for (const [unit, size] of units) {
      const n = Math.floor(s / size);
      if (n === 0 && parts.length) break;
      if (n === 0 && unit !== 'second') continue;
      const at = Math.max(0, forms.findIndex((form) => plural.select(form) === plural.select(n)));
      parts.push(words[unit][at].replace(forms[at], n.toLocaleString(lang)));
      s -= n * size;
      if (parts.length === 2) break;
    }
    return parts[1] ? words.both.replace('{large}', parts[0]).replace('{small}', parts[1]) : parts[0];
  }

  // --- One quiet voice for screen readers.
  const voice = document.createElement('p');
  voice.className = 'unseen';
  voice.setAttribute('role', 'status');
  document.body.append(voice);
  const say = (text) => { voice.textContent = text; };

  // --- Time that runs. `done` is called once, when it is over.
  function run(el, until, done) {
    const words = JSON.parse(el.dataset.units);
    const told = new Set([10, 5, 1].filter((m) => until - now() < m * 60000 - 1000));
    const tick = () => {
      if (!el.isConnected) return;
      const ms = until - now();
      if (ms <= 0) { done(); return; }
      const text = el.dataset.text.replace('{left}', left(ms, words));
      if (el.textContent !== text) el.textContent = text;
      const due = [1, 5, 10].find((m) => ms <= m * 60000);
      if (due && !told.has(due)) {
        [10, 5, 1].forEach((m) => { if (m >= due) told.add(m); });
        if ('ends' in el.dataset) say(el.dataset.text.replace('{left}', left(due * 60000, words)));
      }
      setTimeout(tick, Math.min(ms % (ms > 600000 ? 60000 : 1000) + 20, 20000));
    };
    tick();
  }

  function wake() {
    for (const el of document.querySelectorAll('[data-ends]')) {
      if (el.running) continue;
      el.running = true;
      setClock(+el.dataset.now);
      run(el, +el.dataset.ends, () => {
        el.textContent = el.dataset.over;
        el.className = 'problem';
        say(el.dataset.over);
        if (page) again(1000 + 2000 * Math.random());
      });
    }
  }

  // --- A page that follows what happens. It asks for its own JSON, and for
  // itself only when that is of another edition.
  const page = document.querySelector('[data-live]');
  const pace = { preparing: 6000, closing: 6000, frozen: 15000, open: 20000, soldout: 60000, offer: 60000 };
  const state = (doc) => (doc.querySelector('[data-state]') || { dataset: {} }).dataset.state;
  let timer = 0, failures = 0, looked = Date.now();

  function again(ms) {
    clearTimeout(timer);
    timer = setTimeout(look, ms);
  }

  async function ask(accept, cache) {
    const answer = await fetch(location.href, { headers: { Accept: accept }, cache });
    if (answer.ok) return answer;
    const error = new Error(answer.status);
    error.wait = 1000 * (answer.headers.get('Retry-After') || 0);
    throw error;
  }

  async function look() {
    if (document.hidden) return; // asked again when somebody looks
    let wait = (pace[state(document)] || 30000) * (0.75 + Math.random() / 2);
    looked = Date.now();
    try {
      const news = await (await ask('application/json', 'no-store')).json();
      if (news.now) skew = Date.parse(news.now) - looked;
      if (!news.edition) delete page.dataset.live; // it has become another page
      else if (news.edition !== page.dataset.live) await refresh();
      else page.querySelectorAll('[data-zone]').forEach(confirm);
      failures = 0;
    } catch (error) {
      failures = Math.min(failures + 1, 4);
      wait = Math.max(error.wait || 0, Math.min(wait * 2 ** failures, 300000));
    }
    if ('live' in page.dataset) again(wait);
  }

  // confirm writes down that what stands here is still so.
  function confirm(el) {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: el.dataset.zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    el.textContent = el.textContent.replace(/\d\d:\d\d/, clock.format(now()));
    el.dateTime = new Date(now()).toISOString();
  }

  async function refresh() {
    const answer = await ask('text/html', 'no-cache');
    const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = doc.querySelector('[data-state]') && doc.querySelector('main article');
    if (!fresh) throw new Error('not the page');
    const was = state(document);
    exchange(fresh);
    document.title = doc.title;
    if ('live' in fresh.dataset) page.dataset.live = fresh.dataset.live;
    else delete page.dataset.live;
    if (was !== state(document)) say(page.querySelector('[data-state] h2').textContent);
    wake();
  }

  // exchange puts in what has changed. What somebody has opened to think about
  // stays, and the focus stays where it was.
  function exchange(fresh) {
    const parts = (root) => new Map([...root.querySelectorAll('[data-part]')].map((p) => [p.dataset.part, p]));
    const coming = parts(fresh);
    for (const [name, part] of parts(page)) {
      const other = coming.get(name);
      coming.delete(name);
      if (part.open) continue;
      const focus = part.contains(document.activeElement) && document.activeElement.tagName;
      if (!other) part.remove();
      else if (part.outerHTML !== other.outerHTML) part.replaceWith(other);
      else continue;
      const next = focus && other && other.querySelector(focus);
      if (next) next.focus();
    }
    coming.forEach((part) => page.lastElementChild.append(part));
  }

  // --- The time until the form opens. When it has come, the crowd that waited
  // asks for the form one after the other.
  async function countDown(el) {
    await askClock();
    el.hidden = false;
    run(el, Date.parse(el.dataset.opens), () => {
      el.textContent = el.dataset.over;
      setTimeout(() => open(1), 5000 * Math.random());
    });
  }

  async function open(tries) {
    try {
      const doc = new DOMParser().parseFromString(await (await ask('text/html', 'no-cache')).text(), 'text/html');
      if (!doc.querySelector('[data-opens]') && doc.querySelector('main')) {
        document.querySelector('main').replaceWith(doc.querySelector('main'));
        document.title = doc.title;
        say(document.getElementById('notice').textContent);
        return;
      }
    } catch { /* asked again */ }
    setTimeout(() => open(tries + 1), Math.min(2 ** tries, 60) * 1000 * (0.5 + Math.random()));
  }

  // --- An offer: what was chosen outlives a reload, and is added up.
  function choose(form) {
    const fields = [...form.querySelectorAll('[data-price]')];
    const total = form.querySelector('.total');
    const key = 'inturn' + location.pathname;
    // The page shows how nothing is written, "CHF 0.00"; the number is ours.
    const write = (minor) => {
      const { zero, free, digits } = total.dataset;
      if (minor === 0) return free;
      const number = (minor / 10 ** digits).toLocaleString(lang, { minimumFractionDigits: +digits, maximumFractionDigits: +digits });
      return zero.replace(/0([.,]0+)?/, number);
    };
    const add = () => {
      let count = 0, minor = 0;
      for (const f of fields) {
        count += +f.value;
        minor += f.value * f.dataset.price;
      }
      total.hidden = !(count > 0);
      total.querySelector('output').textContent = count > +total.dataset.most ? total.dataset.more : write(minor);
    };
    const keep = () => {
      add();
      try { sessionStorage.setItem(key, JSON.stringify(fields.map((f) => [f.name, f.value]))); } catch { /* a private window */ }
    };
    if (form.dataset.keep === 'yes') {
      try {
        for (const [name, value] of JSON.parse(sessionStorage.getItem(key)) || []) {
          const f = fields.find((one) => one.name === name);
          const was = f && f.value;
          if (f) f.value = value;
          if (f && (f.value !== value || !f.checkValidity())) f.value = was;
        }
      } catch { /* nothing was kept */ }
    }
    form.addEventListener('input', keep);
    add();
  }

  // --- A button pressed twice sends once. It is never locked: after a while
  // it can be pressed again, and the server knows a repetition anyway.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.dataset.sending) return;
    if (form.sent) { event.preventDefault(); return; }
    const button = form.querySelector('button[type=submit]');
    const text = button.textContent;
    form.sent = () => {
      clearTimeout(form.timer);
      form.sent = null;
      button.textContent = text;
      button.removeAttribute('aria-disabled');
    };
    form.timer = setTimeout(form.sent, 8000);
    button.textContent = form.dataset.sending;
    button.setAttribute('aria-disabled', 'true');
  });

  // --- Coming back to a page that was put aside.
  function back() {
    if (document.hidden) return;
    if (page && 'live' in page.dataset) { if (Date.now() - looked > 5000) again(1000 * Math.random()); } else askClock();
  }
  document.addEventListener('visibilitychange', back);
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) if (form.sent) form.sent();
    back();
  });

  wake();
  document.querySelectorAll('[data-opens]').forEach(countDown);
  document.querySelectorAll('form[data-keep]').forEach(choose);
  if (page) again((pace[state(document)] || 30000) * (0.5 + Math.random() / 2));
})();
