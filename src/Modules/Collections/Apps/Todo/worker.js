// Keeps the page's own files, so that it opens without a network. What it shows is kept by the page.
const files = ["./", "todo.css", "todo.js"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open("todo").then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(
    caches.open("todo").then(async (cache) => {
      try {
        const reply = await fetch(request);
        if (reply.ok) await cache.put(request, reply.clone());
        return reply;
      } catch {
        return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
      }
    }),
  );
});
