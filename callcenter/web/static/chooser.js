// A list in a dialog: opened by its key, chosen from by digits or arrows, closed by Esc.
"use strict";

const chooser = document.getElementById("chooser");
const destinations = () => [...chooser.querySelectorAll("button[hx-post]")];

document.addEventListener("htmx:after:swap", () => {
  const list = chooser.querySelector(".destinations:not([data-shown])");
  if (!list) return;
  list.dataset.shown = "yes";
  if (!chooser.open) chooser.showModal();
  destinations()[0]?.focus();
});

chooser.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const all = destinations();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    event.preventDefault();
  } else if (/^[1-9]$/.test(event.key)) {
    all.find((one) => one.querySelector("kbd")?.textContent === event.key)?.click();
    event.preventDefault();
  }
});

// Whatever the answer is, it stands on the page below.
chooser.addEventListener("htmx:after:request", () => chooser.close());
