// Socket.IO's own client in a room: what the guide shows. An exit code of 0 is success.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , modules, address, room, token] = process.argv;
const { io } = createRequire(pathToFileURL(modules + "/package.json"))("socket.io-client");
const url = address.replace(/\/$/, "");
const show = () => {};

// sample
const socket = io(`${url}/chat`, { auth: (give) => give({ token }) });
const have = { seq: 0, change: 0, messages: [] };

function take(message) {
  if (message.seq === have.seq + 1) {
    have.seq = message.seq;
    have.messages.push(message);
    show(message);
  } else if (message.seq > have.seq) {
    sync(); // a gap
  }
}

async function sync() {
  for (let more = true; more; ) {
    const reply = await socket.emitWithAck("sync", { rooms: { [room]: have.seq }, changes: { [room]: have.change } });
    more = reply.more;
    for (const missed of reply.rooms.filter((r) => r.room === room)) {
      if (missed.status === "resync") Object.assign(have, { seq: missed.seq, messages: [] });
      missed.messages.forEach(take);
      have.change = missed.change;
    }
  }
}

// The same clientId until it is acknowledged, over as many connections as it takes.
async function send(text, clientId = crypto.randomUUID()) {
  for (;;) {
    try {
      const ack = await socket.timeout(5000).emitWithAck("message:send", { room, clientId, text });
      if (!ack.error) return ack;
      if (ack.error.data.code !== "too_many") throw Object.assign(new Error(ack.error.message), { refused: true });
      await new Promise((resolve) => setTimeout(resolve, ack.error.data.retryAfter * 1000));
    } catch (e) {
      if (e.refused) throw e; // anything else was a timeout: send it again
    }
  }
}

socket.on("connect", sync);
socket.on("message:new", (message) => message.room === room && take(message));
// end of sample

const until = async (fits) => {
  const begun = Date.now();
  while (!fits()) {
    assert.ok(Date.now() - begun < 20000, JSON.stringify(have));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
await until(() => have.seq === 2);
assert.deepEqual(have.messages.map((m) => m.text), ["one", "two"]);
const ack = await send("three", "mine");
assert.equal(ack.seq, 3);
assert.deepEqual(await send("three", "mine"), ack);
await until(() => have.seq === 3);

// The connection breaks; somebody writes meanwhile; it comes back by itself.
const gone = new Promise((resolve) => socket.once("disconnect", resolve));
socket.io.engine.close();
await gone;
const posted = await fetch(`${url}/api/v1/rooms/${room}/messages`, {
  method: "POST",
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  body: JSON.stringify({ text: "four" }),
});
assert.equal(posted.status, 201);
await send("five");
await until(() => have.seq === 5);
assert.deepEqual(have.messages.map((m) => m.text), ["one", "two", "three", "four", "five"]);
await assert.rejects(() => send(" "), /not valid/);
process.exit(0);
