// Socket.IO's own client in three ways, and plain WebSockets, through a gateway to two copies, of which one dies in the middle. An exit
// code of 0 is success.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , modules, url, room, token, heard] = process.argv;
const require = createRequire(pathToFileURL(modules + "/package.json"));
const { io } = require("socket.io-client");
const WebSocket = require("ws");

const ways = [["polling"], ["websocket"], ["polling", "websocket"]];
const clients = Array.from({ length: 12 }, (_, i) => {
  const socket = io(`${url}/chat`, {
    transports: ways[i % ways.length],
    auth: { token },
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
  });
  const client = { socket, texts: new Set(), synced: false };
  const take = (message) => message.room === room && client.texts.add(message.text);
  socket.on("message:new", take);
  socket.on("connect", async () => {
    client.synced = false;
    const reply = await socket.emitWithAck("sync", { rooms: { [room]: 0 }, changes: { [room]: 0 } });
    for (const missed of reply.rooms ?? []) missed.messages.forEach(take);
    client.synced = !reply.error;
  });
  return client;
});

// A client without Socket.IO, which comes back by itself.
const plain = Array.from({ length: 4 }, () => {
  const client = { texts: new Set(), joined: false };
  const take = (message) => message.room === room && client.texts.add(message.text);
  const open = () => {
    const socket = new WebSocket(url.replace("http", "ws") + "/api/v1/live");
    socket.on("open", () => socket.send(JSON.stringify({ join: "/chat", token })));
    socket.on("error", () => {});
    socket.on("close", () => {
      client.joined = false;
      setTimeout(open, 200);
    });
    socket.on("message", (data) => {
      const message = JSON.parse(data);
      if (message.joined) {
        socket.send(JSON.stringify({ event: "sync", data: { rooms: { [room]: 0 }, changes: { [room]: 0 } }, id: 1 }));
      } else if (message.id === 1) {
        for (const missed of message.data.rooms ?? []) missed.messages.forEach(take);
        client.joined = true;
      } else if (message.event === "message:new") {
        take(message.data);
      }
    });
  };
  open();
  return client;
});

const until = async (what, fits) => {
  const begun = Date.now();
  while (!fits()) {
    const state = clients.map((c) => [c.socket.connected, c.synced, c.socket.io.engine?.transport?.name, [...c.texts]]);
    state.push(...plain.map((c) => [c.joined, [...c.texts]]));
    assert.ok(Date.now() - begun < 60000, `${what}: ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const send = async (text) => {
  for (;;) {
    try {
      const ack = await clients[1].socket.timeout(5000).emitWithAck("message:send", { room, clientId: text, text });
      assert.ok(!ack.error, JSON.stringify(ack));
      return;
    } catch (e) {
      if (e instanceof assert.AssertionError) throw e;
    }
  }
};
const ready = () => clients.every((c) => c.socket.connected && c.synced) && plain.every((c) => c.joined);
const heardBy = (text) => [...clients, ...plain].every((c) => c.texts.has(text));
const upgraded = () => clients.every((c, i) => c.socket.io.engine.transport.name === ways[i % ways.length].at(-1));
const copies = () => new Set(clients.map((c) => c.socket.io.engine.id.slice(0, 8))).size;

await until("all are there", () => ready() && upgraded());
const before = copies();
await send("one");
await until("all have heard one", () => heardBy("one"));
writeFileSync(heard, "");
await until("some are gone, and all are back at one", () => ready() && copies() === 1);
await send("two");
await until("all have heard two", () => heardBy("two"));
console.log(JSON.stringify({ before, after: copies() }));
process.exit(0);
