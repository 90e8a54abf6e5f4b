// Puts a sale's form where this script stands:
//
//   <script src="https://tickets.example/embed.js" data-sale="lakeside-2027" data-lang="de" async></script>
//
// The form is a frame of ours. It tells how high it is, and this script
// believes that frame and nobody else.
(function () {
  'use strict';
  var script = document.currentScript;
  if (!script || !script.src || !/^[a-z0-9-]+$/.test(script.dataset.sale || '')) return;
  var ours = new URL(script.src).origin;
  var lang = script.dataset.lang || '';
  var path = '/' + script.dataset.sale + (/^[A-Za-z0-9-]+$/.test(lang) ? '/' + lang : '') + '/embed';

  var frame = document.createElement('iframe');
  frame.src = ours + path + ('preview' in script.dataset ? '?preview' : '');
  frame.title = script.dataset.title || script.dataset.sale;
  frame.style.cssText = 'display:block;width:100%;height:34rem;border:0';
  script.parentNode.insertBefore(frame, script.nextSibling);

  window.addEventListener('message', function (event) {
    if (event.origin !== ours || event.source !== frame.contentWindow) return;
    var said = event.data && event.data.inturn;
    if (!said || typeof said !== 'object') return;
    if (typeof said.title === 'string' && !script.dataset.title) frame.title = said.title.slice(0, 200);
    if (typeof said.height === 'number' && said.height > 0 && said.height < 10000) frame.style.height = Math.ceil(said.height) + 'px';
  });
})();
