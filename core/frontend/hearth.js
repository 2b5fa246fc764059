"use strict";

// Errors are read out first: when a page loads with an error summary, focus goes there.
document.querySelector("[data-error-summary]")?.focus();
