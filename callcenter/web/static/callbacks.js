// Withdrawing a callback asks for the reason first.
"use strict";

const dialog = document.getElementById("cancel");

document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-cancel]");
  if (asked) {
    dialog.querySelector("form").reset();
    dialog.querySelector("[name=call]").value = asked.dataset.cancel;
    document.getElementById("cancel-whom").textContent = asked.dataset.whom;
    dialog.showModal();
    dialog.querySelector("[name=reason]").focus();
  }
  if (event.target.closest("[data-close]") || event.target === dialog) dialog.close();
});

document.addEventListener("submit", (event) => {
  if (event.target.closest("#cancel")) dialog.close();
});
