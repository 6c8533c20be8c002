// The note of a call: opened when the call rings, kept in this browser while it is typed, saved by Ctrl+Enter.
"use strict";

const note = document.getElementById("note");
// Only where calls come in.
const nextNote = document.getElementById("next-note");
const keyOf = (call) => `note:${note.dataset.agent}:${call}`;
const DRAFT_DAYS = 14;

function drafts() {
  const mine = `note:${note.dataset.agent}:`;
  return Object.keys(localStorage).filter((key) => key.startsWith(mine)).map((key) => ({
    call: key.slice(mine.length), ...JSON.parse(localStorage.getItem(key)),
  }));
}

function forgetOldDrafts() {
  for (const draft of drafts()) {
    if (Date.now() - draft.at > DRAFT_DAYS * 86400e3) localStorage.removeItem(keyOf(draft.call));
  }
}

function showDrafts() {
  const open = note.querySelector("form")?.dataset.call;
  const list = document.getElementById("draft-list");
  const others = drafts().filter((draft) => draft.call !== open);
  document.getElementById("drafts").hidden = !others.length;
  list.replaceChildren(...others.map((draft) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${draft.began} ${list.dataset.label}`;
    button.addEventListener("click", () => openNote(draft.call));
    return button;
  }));
  list.firstElementChild?.setAttribute("data-key", "w");
}

function openNote(call, sheet = false) {
  const place = sheet ? `sheets/${encodeURIComponent(call)}` : `calls/${encodeURIComponent(call)}/form`;
  return htmx.ajax("GET", `/agent/${place}`, { target: "#note", swap: "innerHTML" });
}

function keepDraft(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) fields[name] = value;
  localStorage.setItem(keyOf(form.dataset.call), JSON.stringify({ at: Date.now(), began: form.dataset.began, fields }));
  const told = document.getElementById("draft-state");
  told.textContent = told.dataset.kept;
}

function restoreDraft(form) {
  const held = localStorage.getItem(keyOf(form.dataset.call));
  if (!held) return;
  const { fields } = JSON.parse(held);
  for (const element of form.elements) {
    if (!element.name || !(element.name in fields)) continue;
    if (element.type === "radio" || element.type === "checkbox") element.checked = element.value === fields[element.name];
    else element.value = fields[element.name];
  }
}

// Whether somebody writes what is neither saved nor finished: it is not taken from under their hands.
function writing() {
  const form = note.querySelector("form");
  if (!form?.contains(document.activeElement)) return false;
  return form.dataset.call ? localStorage.getItem(keyOf(form.dataset.call)) !== null : !form.querySelector("#sheet-over");
}

let shown = null;
let stage;

// The ledger writes a call down within a second of its end.
function refreshDay() {
  setTimeout(() => htmx.trigger("#day", "changed"), 1500);
}

const title = document.title;

function follow() {
  const live = document.querySelector("#live [data-call]");
  const call = live?.dataset.call;
  document.title = live?.dataset.stage === "ringing" ? `☎ ${title}` : title;
  const sheet = live !== null && "sheet" in live.dataset;
  // A campaign's sheet opens when the agent has taken the call.
  const wanted = call && call !== shown && !(sheet && live.dataset.stage === "ringing");
  if (nextNote) nextNote.hidden = !(wanted && writing());
  if (wanted && !writing()) {
    shown = call;
    openNote(call, sheet);
  }
  if (live?.dataset.stage !== stage) {
    stage = live?.dataset.stage;
    refreshDay();
  }
}

note.addEventListener("input", (event) => {
  if (event.target.form.dataset.call) keepDraft(event.target.form);
});

note.addEventListener("focusout", () => setTimeout(follow));

document.addEventListener("htmx:after:swap", (event) => {
  const form = note.querySelector("form");
  if (form?.dataset.call && !form.dataset.restored) {
    form.dataset.restored = "yes";
    restoreDraft(form);
    showDrafts();
  }
  follow();
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = note.querySelector("form");
  if (form?.dataset.call && ctx.sourceElement === form && ctx.response?.status === 200) {
    localStorage.removeItem(keyOf(form.dataset.call));
    document.getElementById("draft-state").textContent = "";
    showDrafts();
    refreshDay();
    follow();
  }
});

document.addEventListener("keydown", (event) => {
  const form = note.querySelector("form");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
});

forgetOldDrafts();
showDrafts();
window.addEventListener("load", follow);
