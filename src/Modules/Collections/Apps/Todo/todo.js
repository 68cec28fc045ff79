// Things to do, out of the collection of that name. What is there is kept in this browser: it is shown and changed without a network, and what was changed is sent
// when there is one. An example of an own front end: nothing here but the public API.
const records = "/api/v1/collections/todo/records";
const byId = (id) => document.getElementById(id);
const [login, app, list, state, problem] = ["login", "app", "list", "state", "problem"].map(byId);

// base: as the server has it. own: as it is to be, null for what is to go. had: what the server had when that was changed here, whatever comes meanwhile.
// conflicts: what the server has where both changed the same.
let user = localStorage.getItem("todo");
const nothing = () => ({ base: {}, own: {}, had: {}, conflicts: {}, cursor: null });
let kept = nothing();
let source, again, isSending;

const key = () => `todo:${user}`;
const save = () => localStorage.setItem(key(), JSON.stringify(kept));
const load = () => (kept = JSON.parse(localStorage.getItem(key())) ?? nothing());

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(method, path, body) {
  const send = () =>
    fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  let reply = await send();
  // The session is in cookies that no script reads; they are renewed once they are over.
  if (reply.status === 401 && !path.startsWith("/api/v1/auth/")) {
    if ((await fetch("/api/v1/auth/cookies", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" })).ok) {
      reply = await send();
    }
  }
  const text = await reply.text();
  const json = text ? JSON.parse(text) : undefined;
  if (!reply.ok) throw new Refused(reply.status, json?.detail ?? reply.statusText);
  return json;
}

// ---- with the server -------------------------------------------------------------------------------------------------

/** Sends what is unsent, fetches what is new, and follows what comes. Tries again until there is a network. */
async function sync() {
  clearTimeout(again);
  try {
    const me = await ask("GET", "/api/v1/me");
    if (me.username !== user) {
      user = me.username;
      localStorage.setItem("todo", user);
      load();
    }
    await push();
    await pull();
    follow();
    tell("");
  } catch (error) {
    if (error.status === 401) return show(false);
    if (error.status) problem.textContent = error.status === 404 ? "There is no collection 'todo' here yet." : error.message;
    // Without a status the network is away.
    tell("offline");
    again = setTimeout(sync, 2000);
  }
  show(true);
}

async function push() {
  // What is changed while this goes on is sent by it too.
  if (isSending) return;
  isSending = true;
  try {
    for (;;) {
      const sent = Object.entries(kept.own).filter(([id]) => !kept.conflicts[id]).slice(0, 200);
      if (sent.length === 0) return;
      const changes = sent.map(([id, record]) => ({ id, base: kept.had[id], record: record ?? undefined }));
      const { results } = await ask("POST", records + "/sync", { changes });
      results.forEach((result, i) => take(result, ...sent[i]));
    }
  } finally {
    isSending = false;
    save();
    draw();
  }
}

function take(result, id, record) {
  if (result.outcome === "conflict") {
    kept.conflicts[id] = { record: result.record ?? null };
    return;
  }
  if (result.outcome === "refused") problem.textContent = `Not kept: ${result.detail}`;
  else put(id, result.record);
  // Changed again meanwhile: then that is still to be sent.
  if (kept.own[id] !== record) kept.had[id] = kept.base[id];
  else forget(id);
}

function forget(id) {
  delete kept.own[id];
  delete kept.had[id];
}

function put(id, record) {
  if (record) kept.base[id] = record;
  else delete kept.base[id];
}

async function pull() {
  for (;;) {
    let page;
    try {
      page = await ask("GET", kept.cursor ? `${records}/changes?since=${kept.cursor}` : `${records}/changes`);
    } catch (error) {
      if (error.status !== 410) throw error;
      // Away too long, or the declaration is another: what is unsent stays.
      [kept.base, kept.cursor] = [{}, null];
      continue;
    }
    for (const change of page.items) put(change.id, change.record);
    kept.cursor = page.cursor;
    save();
    if (!page.more) break;
  }
  draw();
}

function follow() {
  source?.close();
  source = new EventSource(`${records}/live?since=${kept.cursor}`);
  source.addEventListener("change", (event) => {
    const change = JSON.parse(event.data);
    put(change.id, change.record);
    kept.cursor = event.lastEventId;
    save();
    draw();
  });
  source.onerror = () => {
    source.close();
    clearTimeout(again);
    again = setTimeout(sync, 1000);
  };
}

/** A change made here. */
function change(id, record) {
  if (!(id in kept.own)) kept.had[id] = kept.base[id];
  kept.own[id] = record;
  save();
  draw();
  push().catch(() => {
    clearTimeout(again);
    again = setTimeout(sync, 2000);
    tell("offline");
  });
}

// ---- on the page -----------------------------------------------------------------------------------------------------

function show(isIn) {
  [login.hidden, app.hidden] = [isIn, !isIn];
  draw();
}

function tell(how) {
  const unsent = Object.keys(kept.own).length;
  state.textContent = [how, unsent ? `${unsent} not sent yet` : how ? "" : "all is saved"].filter(Boolean).join(", ");
}

const rows = new Map();

function draw() {
  const all = [...new Set([...Object.keys(kept.base), ...Object.keys(kept.own)])]
    .map((id) => ({ id, ...(id in kept.own ? (kept.own[id] ?? { isGone: true }) : kept.base[id]) }))
    .filter((one) => !one.isGone || kept.conflicts[one.id])
    .sort((a, b) => Number(a.done ?? false) - Number(b.done ?? false) || (a.due ?? "9").localeCompare(b.due ?? "9") || a.id.localeCompare(b.id));
  for (const [id, row] of rows) {
    if (!all.some((one) => one.id === id)) {
      row.remove();
      rows.delete(id);
    }
  }
  all.forEach((one, i) => {
    if (!rows.has(one.id)) rows.set(one.id, makeRow(one.id));
    const row = rows.get(one.id);
    fill(row, one);
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
  tell(state.textContent.startsWith("offline") ? "offline" : "");
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function valuesOf(id) {
  const { title, done, due } = kept.own[id] ?? kept.base[id] ?? {};
  return { title, done: done ?? false, due: due ?? null };
}

function makeRow(id) {
  const done = element("input", { type: "checkbox", onchange: () => change(id, { ...valuesOf(id), done: done.checked }) });
  const title = element("input", { type: "text", maxLength: 255 });
  title.onchange = () => (title.value.trim() ? change(id, { ...valuesOf(id), title: title.value.trim() }) : draw());
  const remove = element("button", { className: "quiet", textContent: "Delete", onclick: () => change(id, null) });
  return element("li", {}, done, title, element("small", {}), remove);
}

function fill(row, one) {
  const [done, title, due, remove] = row.children;
  done.checked = one.done ?? false;
  done.ariaLabel = `Done: ${one.title}`;
  if (document.activeElement !== title) title.value = one.title ?? "";
  title.ariaLabel = `To do: ${one.title}`;
  due.textContent = one.due ?? "";
  remove.ariaLabel = `Delete: ${one.title}`;
  row.className = [one.done && "done", one.id in kept.own && "unsent"].filter(Boolean).join(" ");
  row.querySelector(".conflict")?.remove();
  const conflict = kept.conflicts[one.id];
  if (conflict) row.append(settle(one.id, conflict.record));
}

/** Both changed it: one of the two is chosen. */
function settle(id, theirs) {
  const end = (isMine) => {
    delete kept.conflicts[id];
    put(id, theirs);
    const mine = kept.own[id];
    if (!isMine || !theirs) forget(id);
    else kept.had[id] = theirs;
    // What others deleted begins anew.
    if (isMine && !theirs && mine) kept.own[newId()] = mine;
    save();
    draw();
    sync();
  };
  const says = theirs ? `Changed elsewhere to “${theirs.title}”${theirs.done ? ", done" : ""}.` : "Deleted elsewhere.";
  return element(
    "p",
    { className: "conflict" },
    element("span", { textContent: says }),
    element("button", { className: "quiet", textContent: "Keep mine", onclick: () => end(true) }),
    element("button", { className: "quiet", textContent: "Take that", onclick: () => end(false) }),
  );
}

// As crypto.randomUUID, which pages without TLS do not have.
function newId() {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

byId("add").onsubmit = (event) => {
  event.preventDefault();
  const { title, due } = event.target.elements;
  if (title.value.trim()) change(newId(), { title: title.value.trim(), done: false, due: due.value || null });
  event.target.reset();
  title.focus();
};

login.onsubmit = async (event) => {
  event.preventDefault();
  problem.textContent = "";
  try {
    const { username, password } = login.elements;
    const tokens = await ask("POST", "/api/v1/auth/login", { username: username.value, password: password.value });
    await ask("POST", "/api/v1/auth/cookies", { refresh_token: tokens.refresh_token });
    login.reset();
    await sync();
  } catch (error) {
    problem.textContent = error.message;
  }
};

byId("leave").onclick = async () => {
  source?.close();
  await ask("DELETE", "/api/v1/auth/cookies").catch(() => {});
  // What was kept for this person goes with the session, as others may sit here next.
  localStorage.removeItem(key());
  localStorage.removeItem("todo");
  location.reload();
};

addEventListener("online", sync);
addEventListener("storage", (event) => {
  if (event.key === key() && event.newValue) {
    load();
    draw();
  }
});

if ("serviceWorker" in navigator) navigator.serviceWorker.register("worker.js");
if (user) {
  load();
  show(true);
}
sync();
