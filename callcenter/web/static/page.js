// What every page does: send the form's token with each request, tick times, keys, tell when live push is lost.
"use strict";

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-Form-Token"] = document.body.dataset.formToken;
});

// Times that run: <time data-since="epoch ms">. The server's clock counts, not this machine's.
let clockOffset = 0;

function lengthText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function tick() {
  const now = Date.now() + clockOffset;
  for (const element of document.querySelectorAll("time[data-since]")) {
    const text = lengthText(now - Number(element.dataset.since));
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("time[data-until]")) {
    const text = lengthText(Number(element.dataset.until) - now);
    if (element.textContent !== text) element.textContent = text;
  }
}

function readServerClock() {
  const live = document.querySelector("[data-now]");
  if (live) clockOffset = Number(live.dataset.now) - Date.now();
}

// What waits to be done, as the live part tells it, beside the pages' names in the header.
function showCounts() {
  for (const told of document.querySelectorAll("[data-counts]")) {
    for (const [page, n] of Object.entries(JSON.parse(told.dataset.counts))) {
      const place = document.querySelector(`[data-shows="${page}"]`);
      if (!place) continue;
      place.hidden = !n;
      place.textContent = n;
    }
  }
  const all = document.querySelector("[data-shows-all]");
  if (!all) return;
  all.textContent = [...document.querySelectorAll("[data-shows]")].reduce((sum, one) => sum + Number(one.textContent), 0);
  all.hidden = all.textContent === "0";
}

readServerClock();
showCounts();
setInterval(tick, 1000);
document.addEventListener("htmx:after:swap", () => {
  readServerClock();
  showCounts();
  tick();
});

// Live push that is silent for this long is lost; the page says so and greys what it shows.
const SILENCE_MS = 6000;
const AGAIN_MS = 5000;
const pushed = document.querySelector("[hx-sse\\:connect]");
let heard = Date.now();
let tried = Date.now();
let stands = false;
document.addEventListener("htmx:sse:after:message", () => {
  heard = Date.now();
});
document.addEventListener("htmx:sse:after:connection", () => {
  stands = true;
});
document.addEventListener("htmx:sse:close", () => {
  stands = false;
});
if (pushed) {
  setInterval(() => {
    const lost = Date.now() - heard > SILENCE_MS;
    document.body.classList.toggle("lost", lost);
    // The extension renews a connection that once stood, but not one that never came about.
    if (lost && !stands && Date.now() - tried > AGAIN_MS) {
      tried = Date.now();
      htmx.ajax("GET", pushed.getAttribute("hx-sse:connect"), { source: pushed });
    }
  }, 1000);
}
document.addEventListener("htmx:sse:error", (event) => {
  if (event.detail.status === 401) location.assign("/login");
});

// A request that got no answer at all: say so where its answer would have stood.
document.addEventListener("htmx:error", (event) => {
  const wanted = event.detail.ctx?.sourceElement?.getAttribute("hx-target");
  const place = wanted?.startsWith("#") && document.querySelector(wanted);
  if (!place) return;
  const told = document.createElement("p");
  told.className = "alert";
  told.textContent = document.body.dataset.lost;
  place.replaceChildren(told);
});

// Keys. Nothing fires while somebody types.
const typing = (target) => target.closest("input, textarea, select, dialog[open]");
// Where the keyboard writes Hangul, a key is still known by the letter printed on it.
const foreign = (event) => event.key === "Process" || event.key.charCodeAt(0) > 127;
const pressed = (event) => (foreign(event) ? event.code.replace(/^Key/, "") : event.key).toLowerCase();
let afterG = false;

// Of answers to choose from, a digit takes the one that is called so, or the one in that place.
function choose(event) {
  const { name, form, type } = event.target;
  const all = [...form.elements].filter((one) => one.name === name && one.type === type);
  const one = all.find((answer) => answer.value === event.key) ?? all[Number(event.key) - 1];
  if (!one) return;
  one.focus();
  one.click();
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
  if (plain && event.target.matches("form :is([type=radio], [type=checkbox])") && /^\d$/.test(event.key)) choose(event);
  // Out of the field, so that the keys mean what the page says again.
  if (plain && event.key === "Escape" && event.target.matches("input, textarea, select") && !event.target.closest("dialog")) event.target.blur();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const dialog = document.getElementById("shortcuts");
  if (event.key === "?" && dialog) {
    dialog.showModal();
    event.preventDefault();
    return;
  }
  const key = pressed(event);
  const way = afterG && document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  afterG = key === "g";
  if (way) {
    location.assign(way.href);
    event.preventDefault();
    return;
  }
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  if (button && !afterG) {
    // A part that was exchanged this very moment may not be at work yet.
    htmx.process(button);
    if (button.matches("input, textarea, select, summary")) button.focus();
    if (button.matches("button, a, summary")) button.click();
    event.preventDefault();
  }
});

// What cannot be taken back is asked about first.
document.addEventListener("submit", (event) => {
  const { asks } = event.target.dataset;
  if (asks && !confirm(asks)) event.preventDefault();
});

// Forms that take effect as soon as something is chosen.
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-autosubmit]")) event.target.form.requestSubmit();
});

// What belongs to one company is offered only while that company is chosen.
function offerOwned(owner) {
  for (const select of owner.form.querySelectorAll("select:has([data-owned])")) {
    for (const option of select.options) option.hidden = option.disabled = option.dataset.owned !== owner.value;
    if (!select.selectedOptions.length || select.selectedOptions[0].disabled)
      select.value = [...select.options].find((option) => !option.disabled)?.value ?? "";
    const none = owner.form.querySelector(`[data-none="${select.name}"]`);
    if (none) none.hidden = select.value !== "";
  }
}

for (const owner of document.querySelectorAll("[data-owner]")) {
  owner.addEventListener("change", () => offerOwned(owner));
  offerOwned(owner);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-fullscreen]")) {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button")) location.assign(row.dataset.href);
  if (event.target === document.getElementById("shortcuts")) event.target.close();
});
