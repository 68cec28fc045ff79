"use strict";

const byId = id => document.getElementById(id);

// The token comes in the fragment, which browsers send to nobody; it leaves the address bar before anyone sees it there.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
byId(token ? "choose" : "forgot").hidden = false;
byId(token ? "password" : "account").focus();

byId("forgot-form").addEventListener("submit", event => {
  event.preventDefault();
  send("/api/v1/auth/forgot-password", { account: byId("account").value }, "forgot",
    "Look into your mailbox",
    "If there is such an account and it has an address, a link is on its way there. It counts for an hour.");
});

byId("choose-form").addEventListener("submit", event => {
  event.preventDefault();
  send("/api/v1/auth/reset-password", { token, newPassword: byId("password").value }, "choose",
    "You have a new password",
    "Log in with it. Every other session has ended.");
});

async function send(address, body, section, title, text) {
  const button = byId(section).querySelector("button");
  button.disabled = true;
  byId("problem").hidden = true;
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
    if (reply.ok) {
      byId("done-title").textContent = title;
      byId("done-text").textContent = text;
      byId(section).hidden = true;
      byId("done").hidden = false;
      byId("done-title").focus();
    } else {
      const problem = await reply.json();
      show([problem.detail ?? problem.title, ...(problem.errors ?? []).map(error => error.detail)].join(" "));
    }
  } catch {
    show("The server does not answer. Try again in a moment.");
  } finally {
    button.disabled = false;
  }
}

function show(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = false;
}
