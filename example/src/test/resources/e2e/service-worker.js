// Answers from its cache if it can, and keeps every answer, as service workers of applications that work offline do.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') {
    event.respondWith(answer(event));
  }
});

async function answer(event) {
  const cache = await caches.open('kept');
  const kept = await cache.match(event.request);
  if (kept) {
    return kept;
  }
  const response = await fetch(event.request);
  // It refuses an answer with `Vary: *`.
  event.waitUntil(cache.put(event.request, response.clone()).catch(() => {}));
  return response;
}
