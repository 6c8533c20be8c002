// The sheet of a campaign's call: kept by the server while it is filled in; questions that it does not lead to are hidden.
"use strict";

let keeping = null;

async function keepSheet(form) {
  const state = document.getElementById("sheet-state");
  try {
    const answer = await fetch(form.dataset.keep, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Form-Token": document.body.dataset.formToken },
    });
    if (!answer.ok) throw new Error(answer.status);
    const { hidden } = await answer.json();
    for (const part of form.querySelectorAll("[data-question]")) part.hidden = hidden.includes(part.dataset.question);
    state.textContent = state.dataset.kept;
  } catch {
    state.textContent = state.dataset.lost;
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#sheet");
  if (!form) return;
  clearTimeout(keeping);
  keeping = setTimeout(keepSheet, 250, form);
});
