"use strict";

// Errors are read out first: focus goes to the summary, when a page loads and when htmx has put one in.
const focusErrors = (root) => root.querySelector("[data-error-summary]")?.focus();

focusErrors(document);
document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.target));
