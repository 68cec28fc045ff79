// Socket.IO's own client against the product. An exit code of 0 is success.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , modules, scenario, first, second, id, username, token, adminToken] = process.argv;
const { io } = createRequire(pathToFileURL(modules + "/package.json"))("socket.io-client");

const once = (emitter, event, milliseconds = 10000) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no '${event}' within ${milliseconds} ms`)), milliseconds);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
const start = (url, path, options) => io(url.replace(/\/$/, "") + path, { forceNew: true, reconnection: false, ...options });
const connect = async (url, path, options) => {
  const socket = start(url, path, options);
  socket.on("connect_error", (error) => {
    console.error("connect_error", error.message, error.data);
    process.exit(3);
  });
  await once(socket, "connect");
  return socket;
};
const refused = async (path, options) => {
  const socket = start(first, path, options);
  const [error] = await once(socket, "connect_error");
  socket.close();
  return error;
};
const request = async (url, method, path, bearer, body) => {
  const reply = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(reply.ok, await reply.text());
};
// What takes a second at most in the product has some more here: the machine runs other tests as well.
const within = 3000;

const scenarios = {
  polling: () => talk({ transports: ["polling"], auth: { token } }),
  websocket: () => talk({ transports: ["websocket"], auth: { token } }),
  upgrade: () => talk({ auth: { token } }),
  header: async () => {
    await talk({ transports: ["polling"], extraHeaders: { authorization: `Bearer ${token}` } });
    await talk({ extraHeaders: { authorization: `Bearer ${token}` } });
    await talk({ transports: ["websocket"], extraHeaders: { authorization: `Bearer ${token}` } });
  },
  refused: async () => {
    const transports = ["websocket"];
    assert.equal((await refused("/closed", { transports })).data.code, "token_invalid");
    assert.equal((await refused("/closed", { transports, auth: { token: "no" } })).data.code, "token_invalid");
    const error = await refused("/admins", { transports, auth: { token } });
    assert.equal(error.data.code, "forbidden");
    assert.match(error.message, /permission/);
  },
  ended: async () => {
    const sockets = await both();
    const gone = sockets.map((socket) => once(socket, "disconnect", within));
    await request(first, "POST", "/api/v1/auth/logout", token);
    for (const [reason] of await Promise.all(gone)) assert.match(reason, /io server disconnect|transport close/);
    assert.equal((await refused("/closed", { auth: { token } })).data.code, "token_invalid");
  },
  locked: async () => {
    const sockets = await both();
    const other = await connect(first, "/admins", { auth: { token: adminToken } });
    const gone = sockets.map((socket) => once(socket, "disconnect", within));
    await request(first, "PATCH", `/api/v1/users/${id}`, adminToken, { disabled: true });
    await Promise.all(gone);
    assert.equal(await other.emitWithAck("who"), "admin");
  },
  flood: async () => {
    const socket = await connect(first, "/closed", { transports: ["websocket"], auth: { token } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => socket.emitWithAck("who")));
    const refusals = answers.filter((answer) => answer.error?.data?.code === "too_many");
    assert.ok(refusals.length >= 15 && refusals.length <= 30, `${refusals.length} refused`);
    assert.ok(refusals[0].error.data.retryAfter >= 1);
    assert.ok(socket.connected);
  },
  cluster: async () => {
    const here = await connect(first, "/closed", { auth: { token } });
    const there = await connect(second, "/closed", { auth: { token } });
    const admin = await connect(second, "/admins", { auth: { token: adminToken } });
    const heard = [once(here, "said"), once(there, "said")];
    here.emit("say", "to all");
    assert.deepEqual(await Promise.all(heard), [["to all"], ["to all"]]);
    const begun = Date.now();
    const gone = [once(here, "disconnect", within), once(there, "disconnect", within)];
    await request(first, "POST", "/api/v1/auth/logout", token);
    await Promise.all(gone);
    console.log(`closed in both after ${Date.now() - begun} ms`);
    assert.equal(await admin.emitWithAck("who"), "admin");
  },
};

async function talk(options) {
  const socket = await connect(first, "/closed", options);
  assert.equal(await socket.emitWithAck("who"), username);
  const said = once(socket, "said");
  socket.emit("say", "é😀");
  assert.deepEqual(await said, ["é😀"]);
  socket.close();
}

function both() {
  return Promise.all([
    connect(first, "/closed", { transports: ["polling"], auth: { token } }),
    connect(first, "/closed", { transports: ["websocket"], auth: { token } }),
  ]);
}

await scenarios[scenario]();
process.exit(0);
