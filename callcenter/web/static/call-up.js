// The agent turns notices of call-ups on and off for this browser.
"use strict";

const notices = document.getElementById("notices");
const noticeState = notices.querySelector("p");
const noticeSwitch = notices.querySelector("button");

function showNotices(state) {
  noticeState.textContent = notices.dataset[state];
  noticeSwitch.hidden = !["on", "off", "failed"].includes(state);
  noticeSwitch.disabled = false;
  noticeSwitch.textContent = state === "on" ? notices.dataset.turnOff : notices.dataset.turnOn;
  notices.dataset.state = state;
}

async function tellServer(what, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams(what === "subscribe" ? { endpoint, ...keys } : { endpoint });
  const headers = { "X-Form-Token": document.body.dataset.formToken };
  const answer = await fetch(`/agent/call-up/${what}`, { method: "POST", body, headers });
  if (!answer.ok) throw new Error(answer.status);
}

async function turnOn(registration) {
  const allowed = await Notification.requestPermission();
  if (allowed === "denied") return "denied";
  if (allowed !== "granted") return "off";
  const applicationServerKey = notices.dataset.pushKey;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await tellServer("subscribe", subscription);
  return "on";
}

async function turnOff(registration) {
  const subscription = await registration.pushManager.getSubscription();
  if (subscription) {
    await tellServer("unsubscribe", subscription);
    await subscription.unsubscribe();
  }
  return "off";
}

async function startNotices() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return showNotices("unsupported");
  const registration = await navigator.serviceWorker.register("/agent/call-up/worker.js", { scope: "/agent" });
  await navigator.serviceWorker.ready;
  noticeSwitch.addEventListener("click", async () => {
    noticeSwitch.disabled = true;
    const turn = notices.dataset.state === "on" ? turnOff : turnOn;
    showNotices(await turn(registration).catch(() => "failed"));
  });
  const subscription = await registration.pushManager.getSubscription();
  // A browser may have got another address, and the server may have forgotten it.
  if (subscription) await tellServer("subscribe", subscription);
  showNotices(subscription ? "on" : Notification.permission === "denied" ? "denied" : "off");
}

startNotices().catch(() => showNotices("failed"));
