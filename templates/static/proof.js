// Solves the small puzzle that keeps robots busy, while a fan is typing. The
// form is complete without it: whoever comes without a solution is mailed a
// link instead.
//
// The same file is the page's script and its worker. The puzzle is ALTCHA's:
// find the number with which SHA-256 of salt and number is the challenge.
(function () {
  'use strict';

  var K = new Int32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
  ]);
  var START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
  var w = new Int32Array(64);

  // block takes 64 characters of text, from at on, into the state h.
  function block(h, text, at) {
    var i;
    for (i = 0; i < 16; i++, at += 4) {
      w[i] = text.charCodeAt(at) << 24 | text.charCodeAt(at + 1) << 16 | text.charCodeAt(at + 2) << 8 | text.charCodeAt(at + 3);
    }
    for (; i < 64; i++) {
      var x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
        ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
    }
    var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (i = 0; i < 64; i++) {
      var t = k + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      var u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
      k = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
  }

  // solver gives a function that tries the numbers of a range and gives the
  // right one, or -1. What the salt fills of whole blocks is done once.
  function solver(puzzle) {
    var whole = puzzle.salt.length >> 6 << 6, rest = puzzle.salt.slice(whole);
    var before = Int32Array.from(START), h = new Int32Array(8), wanted = new Int32Array(8), i;
    for (i = 0; i < whole; i += 64) block(before, puzzle.salt, i);
    for (i = 0; i < 8; i++) wanted[i] = parseInt(puzzle.challenge.substr(8 * i, 8), 16);
    return function (from, to) {
      for (var n = from; n <= to; n++) {
        var text = rest + n, bits = 8 * (whole + text.length);
        text += '\x80';
        while (text.length % 64 !== 56) text += '\0';
        text += '\0\0\0\0' + String.fromCharCode(bits >>> 24, bits >>> 16 & 255, bits >>> 8 & 255, bits & 255);
        h.set(before);
        for (i = 0; i < text.length; i += 64) block(h, text, i);
        for (i = 0; i < 8 && h[i] === wanted[i];) i++;
        if (i === 8) return n;
      }
      return -1;
    };
  }

  if (typeof document === 'undefined') { // the worker
    self.onmessage = function (event) { self.postMessage(solver(event.data)(0, event.data.maxnumber)); };
    return;
  }

  var form = document.querySelector('form[data-puzzle]');
  if (!form || !window.fetch || !window.Promise) return;
  var field = form.elements.altcha, said = form.querySelector('.proof');
  var fresh = 15 * 60 * 1000; // the server takes a solution for 20 minutes
  var patience = 30 * 1000;   // from the press of the button
  var running = null, solvedAt = 0, failed = false, waiting = false;
  field.value = '';

  function say(what) { said.textContent = what ? form.dataset[what] : ''; }

  // inSlices solves where there is no worker, and leaves the page time.
  function inSlices(puzzle) {
    return new Promise(function (resolve) {
      var solve = solver(puzzle), from = 0;
      (function slice() {
        var n = solve(from, Math.min(from + 499, puzzle.maxnumber));
        from += 500;
        if (n >= 0 || from > puzzle.maxnumber) resolve(n); else setTimeout(slice, 0);
      })();
    });
  }

  function inWorker(puzzle) {
    return new Promise(function (resolve, reject) {
      var worker = new Worker(form.dataset.worker);
      worker.onmessage = function (event) { worker.terminate(); resolve(event.data); };
      worker.onerror = function () { worker.terminate(); reject(new Error('no worker')); };
      worker.postMessage(puzzle);
    });
  }

  function start() {
    if (running || (field.value && Date.now() - solvedAt < fresh)) return;
    field.value = '';
    failed = false;
    var slow = setTimeout(function () { if (running && !waiting) say('working'); }, 400);
    running = fetch(form.dataset.puzzle, { headers: { Accept: 'application/json' }, cache: 'no-store' }).then(function (answer) {
      if (!answer.ok) throw new Error('no puzzle');
      return answer.json();
    }).then(function (puzzle) {
      return (window.Worker ? inWorker(puzzle).catch(function () { return inSlices(puzzle); }) : inSlices(puzzle)).then(function (number) {
        if (number < 0) throw new Error('no solution');
        field.value = btoa(JSON.stringify({
          algorithm: puzzle.algorithm, challenge: puzzle.challenge, number: number, salt: puzzle.salt, signature: puzzle.signature
        }));
        solvedAt = Date.now();
        if (said.textContent) say('done');
      });
    }).catch(function () {
      failed = true;
      say('failed');
    }).then(function () {
      clearTimeout(slow);
      running = null;
      if (waiting) send();
    });
  }

  function send() {
    if (!waiting) return;
    waiting = false;
    form.submit(); // what was typed was checked before the first try
  }

  form.addEventListener('focusin', start);
  form.addEventListener('submit', function (event) {
    if (failed && !running) return;
    start();
    if (!running) return;
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    say('wait');
    setTimeout(send, patience);
  });
  // A page that comes back from the browser's memory carries a used solution.
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) { field.value = ''; failed = waiting = false; say(''); }
  });
  if (form.contains(document.activeElement)) start();
})();
