// Shows a call-up while the agent's page is closed, and leads to it.
"use strict";

self.addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(self.registration.showNotification(told.title, {
    body: told.body, lang: told.lang, tag: "call-up", renotify: true, requireInteraction: true, icon: "/static/icon.svg",
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.matchAll({ type: "window" }).then((pages) => {
    const open = pages.find((page) => new URL(page.url).pathname === "/agent");
    return open ? open.focus() : self.clients.openWindow("/agent");
  }));
});
