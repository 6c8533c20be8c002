// The sheet of a campaign's call: kept by the server while it is filled in; questions that it does not lead to are hidden.
"use strict";

let keeping = null;
// One after the other, so that what was typed last is what is kept.
let sent = Promise.resolve();

function keepSheet(form) {
  keeping = null;
  sent = sent.then(() => sendSheet(form));
}

async function sendSheet(form) {
  const state = form.querySelector("#sheet-state");
  try {
    const answer = await fetch(form.dataset.keep, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Form-Token": document.body.dataset.formToken },
      // What was typed last is sent even while the page goes.
      keepalive: true,
    });
    if (!answer.ok) throw new Error(answer.status);
    const { hidden } = await answer.json();
    if (keeping) return;
    for (const part of form.querySelectorAll("[data-question]")) part.hidden = hidden.includes(part.dataset.question);
    state.textContent = state.dataset.kept;
  } catch {
    state.textContent = state.dataset.lost;
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#sheet");
  if (!form) return;
  document.getElementById("sheet-state").textContent = "";
  clearTimeout(keeping);
  keeping = setTimeout(keepSheet, 250, form);
});

window.addEventListener("pagehide", () => {
  const form = document.getElementById("sheet");
  if (!keeping || !form) return;
  clearTimeout(keeping);
  keeping = null;
  sendSheet(form);
});

// What is said for good is not changed any more.
document.addEventListener("htmx:after:swap", () => {
  if (document.getElementById("sheet-over")) document.getElementById("sheet-fields").disabled = true;
});
