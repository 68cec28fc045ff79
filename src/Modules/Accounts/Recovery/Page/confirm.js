"use strict";

const byId = id => document.getElementById(id);

// The token comes in the fragment, which browsers send to nobody; it leaves the address bar before anyone sees it there.
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
history.replaceState(null, "", location.pathname);

byId("confirm").addEventListener("click", async () => {
  byId("confirm").disabled = true;
  byId("problem").hidden = true;
  try {
    const reply = await fetch("/api/v1/auth/confirm-address", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ token: token || "-" }),
    });
    const answer = await reply.json();
    if (reply.ok) {
      byId("done-text").textContent = answer.done
        ? "This is settled, and you can close this page."
        : "The other address has a mail too. Once its link was used, the change is made.";
      byId("ask").hidden = true;
      byId("done").hidden = false;
      byId("done-title").focus();
    } else {
      show(answer.detail ?? answer.title);
    }
  } catch {
    show("The server does not answer. Try again in a moment.");
  }
});

function show(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = false;
  byId("confirm").disabled = false;
}
