// Tells the site that shows this page in a frame how high the page is. Only
// sites that the sale names are told; a browser drops what is sent to another.
(function () {
  'use strict';
  var origins = (document.body.dataset.origins || '').split(' ').filter(Boolean);
  if (window.parent === window || origins.length === 0) return;
  // Where the browser says who shows us, the others need not be tried.
  var known = window.location.ancestorOrigins;
  if (known && known.length > 0) origins = origins.filter(function (origin) { return origin === known[0]; });

  var told = 0;
  function tell() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    origins.forEach(function (origin) {
      window.parent.postMessage({ inturn: { height: height, title: document.title } }, origin);
    });
  }
  tell();
  window.addEventListener('load', tell);
  if (window.ResizeObserver) new ResizeObserver(tell).observe(document.body);
})();
