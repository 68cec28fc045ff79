"use strict";

const byId = id => document.getElementById(id);
const form = byId("form");
const minimum = Number(byId("setup").dataset.minimum);

// The token comes in the fragment, which browsers send to nobody; it leaves the address bar before anyone sees it there.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  byId("token").value = given;
  byId("token-field").hidden = true;
  history.replaceState(null, "", location.pathname);
}
byId(given ? "username" : "token").focus();

byId("show").addEventListener("click", () => {
  const shown = byId("password").type === "text";
  byId("password").type = shown ? "password" : "text";
  byId("show").textContent = shown ? "Show" : "Hide";
  byId("show").setAttribute("aria-pressed", String(!shown));
});

byId("password").addEventListener("input", () => {
  const length = [...byId("password").value].length;
  byId("meter").style.width = `${Math.min(100, (length / minimum) * 100)}%`;
  byId("meter").classList.toggle("enough", length >= minimum);
});

form.addEventListener("submit", async event => {
  event.preventDefault();
  clearErrors();
  const request = Object.fromEntries(new FormData(form));
  const missing = ["token", "username", "password"].filter(name => request[name] === "");
  if (missing.length > 0) {
    missing.forEach(name => showError(name, "This is needed."));
    return;
  }

  byId("submit").disabled = true;
  try {
    const reply = await fetch("/api/v1/setup", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(request),
    });
    if (reply.ok) {
      showDone(await reply.json());
    } else {
      showProblem(await reply.json());
    }
  } catch {
    showProblem({ detail: "The server does not answer. Is it still running?" });
  } finally {
    byId("submit").disabled = false;
  }
});

function clearErrors() {
  byId("problem").hidden = true;
  for (const name of ["token", "username", "password"]) {
    byId(`${name}-error`).textContent = "";
    byId(name).removeAttribute("aria-invalid");
  }
}

function showError(name, text) {
  byId(`${name}-error`).textContent = text;
  byId(name).setAttribute("aria-invalid", "true");
  form.querySelector("[aria-invalid]").focus();
}

function showProblem(problem) {
  const errors = (problem.errors ?? []).filter(error => byId(`${error.pointer.slice(1)}-error`));
  errors.forEach(error => showError(error.pointer.slice(1), error.detail));
  if (errors.length === 0) {
    byId("token-field").hidden = false;
    byId("problem").textContent = problem.detail ?? problem.title;
    byId("problem").hidden = false;
  }
}

function showDone(account) {
  form.reset();
  const api = `${location.origin}/api/v1`;
  byId("login-command").textContent =
    `curl ${api}/auth/login \\\n`
    + "  -H 'Content-Type: application/json' \\\n"
    + `  -d '{"username": "${account.username}", "password": "…"}'`;
  byId("study-command").textContent =
    `curl ${api}/studies -u ${account.username} \\\n`
    + "  -H 'Content-Type: application/json' \\\n"
    + "  -d '{\"slug\": \"my-game\", \"title\": \"My game\",\n"
    + "       \"fields\": [], \"unknownFields\": \"keep\"}'";
  byId("setup").hidden = true;
  byId("done").hidden = false;
  document.title = "Sillage is set up";
  byId("done-title").focus();
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = byId(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      // No clipboard on plain http from another machine: select it, so that a key press copies.
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
