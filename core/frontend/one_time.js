"use strict";

// Opens a message that can be opened once. The key lies in the fragment of the address, which browsers don't send, and in
// the passphrase; the server adds its share of it when both are proved. referrals/one_time.py derives the same.
(() => {
  const page = document.querySelector("[data-one-time]");
  if (!page) return;
  const id = page.dataset.oneTime;
  const text = new TextEncoder();
  const part = (name) => page.querySelector(`[data-part="${name}"]`);
  const show = (name, shown = true) => {
    part(name).hidden = !shown;
  };
  const only = (name) => {
    for (const each of ["ask", "working", "half", "gone", "failed", "opened"]) show(each, each === name);
  };

  // --- bytes -------------------------------------------------------------------------------------------------------
  const join = (...pieces) => {
    const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  };
  // As core/crypto/framing.py: each part after its length.
  const frame = (...parts) =>
    join(
      ...parts.flatMap((each) => {
        const raw = text.encode(each);
        const length = new Uint8Array(4);
        new DataView(length.buffer).setUint32(0, raw.length);
        return [length, raw];
      }),
    );
  const fromBase64 = (given) =>
    Uint8Array.from(atob(given.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

  // --- keys --------------------------------------------------------------------------------------------------------
  const hkdf = async (key, salt, info, length) => {
    const material = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
    const derived = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, material, length * 8);
    return new Uint8Array(derived);
  };
  const none = new Uint8Array(0);
  const stretch = async (words, salt, rounds) => {
    const material = await crypto.subtle.importKey("raw", text.encode(words), "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return new Uint8Array(await crypto.subtle.deriveBits(how, material, 256));
  };
  const asSaid = (words) => (words.toLowerCase().match(/[a-z]+/g) || []).join(" ");

  // As core/crypto/envelope.py: format | salt | commitment | AES-256-GCM.
  const open = async (key, sealed, context) => {
    const made = await hkdf(key, sealed.slice(1, 33), frame("envelope"), 76);
    const commitment = sealed.slice(33, 65);
    if (sealed[0] !== 1 || !commitment.every((byte, at) => byte === made[44 + at])) throw new Error("sealed");
    const cipher = await crypto.subtle.importKey("raw", made.slice(0, 32), "AES-GCM", false, ["decrypt"]);
    const how = { name: "AES-GCM", iv: made.slice(32, 44), additionalData: join(sealed.slice(0, 1), context) };
    return new Uint8Array(await crypto.subtle.decrypt(how, cipher, sealed.slice(65)));
  };

  // --- the page ----------------------------------------------------------------------------------------------------
  const csrf = page.querySelector("[name=csrfmiddlewaretoken]").value;
  const post = (address, values) =>
    fetch(address, {
      method: "POST",
      body: new URLSearchParams({ csrfmiddlewaretoken: csrf, ...values }),
      cache: "no-store",
      redirect: "error",
    });
  const element = (name, className, content) => {
    const made = document.createElement(name);
    made.className = className;
    if (content !== undefined) made.textContent = content;
    return made;
  };
  const rows = (list) => {
    const made = element("dl", "govuk-summary-list");
    for (const [label, value] of list) {
      const row = element("div", "govuk-summary-list__row");
      const shown = element("dd", "govuk-summary-list__value hearth-as-written", value);
      shown.dir = "auto";
      row.append(element("dt", "govuk-summary-list__key", label), shown);
      made.append(row);
    }
    return made;
  };
  const render = (message) => {
    const sheet = page.querySelector("[data-content]");
    sheet.lang = message.language;
    sheet.dir = message.direction;
    sheet.append(element("h1", "govuk-heading-m", message.service), rows(message.about));
    for (const warning of message.warnings) sheet.append(element("p", "hearth-sheet__warning", warning));
    for (const each of message.parts) {
      sheet.append(element("h2", "govuk-heading-s", each.title), rows(each.rows));
    }
    only("opened");
    sheet.focus();
  };

  let key;
  let token;
  try {
    key = fromBase64(location.hash.slice(1));
  } catch {
    key = none;
  }
  // Neither the address bar nor the history keeps the key.
  history.replaceState(null, "", location.pathname);
  if (key.length !== 32) {
    only("half");
    return;
  }
  if (!window.crypto || !crypto.subtle) {
    only("failed");
    return;
  }

  const submit = async (words) => {
    const stretched = await stretch(words, key, Number(page.dataset.rounds));
    const proofs = {
      link: toBase64(await hkdf(key, none, frame("one-time-link", id), 32)),
      passphrase: toBase64(await hkdf(stretched, none, frame("one-time-proof", id), 32)),
    };
    const answer = await post(page.dataset.open, proofs);
    if (answer.status === 403) {
      const { left } = await answer.json();
      if (left > 0) {
        page.querySelector("[data-left]").textContent = left;
        show("wrong");
        only("ask");
        page.querySelector("[name=words]").focus();
        return;
      }
    }
    if (answer.status === 404 || answer.status === 403) {
      only("gone");
      return;
    }
    if (!answer.ok) throw new Error("refused");
    const handed = await answer.json();
    const content = await hkdf(stretched, fromBase64(handed.share), frame("one-time-content", id), 32);
    const written = await open(content, fromBase64(handed.sealed), frame("one-time", id));
    token = handed.token;
    render(JSON.parse(new TextDecoder().decode(written)));
  };

  part("ask").querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = page.querySelector("[name=words]");
    const words = asSaid(input.value);
    if (!words) {
      input.focus();
      return;
    }
    only("working");
    try {
      await submit(words);
    } catch {
      only("failed");
    }
    input.value = "";
  });

  part("answer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = new FormData(part("answer"));
    const answer = chosen.get("answer");
    const reason = answer === "declined" ? chosen.get("reason") : "";
    show("unanswered", !answer || (answer === "declined" && !reason));
    if (!part("unanswered").hidden) return;
    show("not-sent", false);
    try {
      const said = await post(page.dataset.answer, { token, answer, reason });
      show("answer", false);
      show(said.ok ? "answered" : "not-taken");
    } catch {
      show("not-sent"); // the connection is gone: what was opened stays on the page
    }
  });

  page.querySelector("[data-print]").addEventListener("click", () => window.print());
  // Going back to the page brings nothing back.
  window.addEventListener("pagehide", () => {
    key = token = undefined;
    page.querySelector("[data-content]").replaceChildren();
  });
})();
