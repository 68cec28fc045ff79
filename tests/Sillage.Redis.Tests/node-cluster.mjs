// Node's own server and emitter in one cluster with our server. Usage: node node-cluster.mjs URL REDIS-PORT MODULES.
import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , url, redisPort, modules] = process.argv;
const require = createRequire(pathToFileURL(modules + "/package.json"));
const { Server } = require("socket.io");
const { io: connectTo } = require("socket.io-client");
const { createAdapter } = require("@socket.io/redis-adapter");
const { Emitter } = require("@socket.io/redis-emitter");
const { createClient } = require("redis");

const limit = setTimeout(() => (console.error("took too long"), process.exit(2)), 30_000);
const redis = () => createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

const server = http.createServer();
const io = new Server(server, { adapter: createAdapter(await redis(), await redis()) });
io.on("connection", () => {});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const there = connectTo(`http://127.0.0.1:${server.address().port}`, { transports: ["websocket"] });
const here = connectTo(url, { transports: ["websocket"] });
await Promise.all([once(there, "connect"), once(here, "connect")]);
await new Promise((resolve) => setTimeout(resolve, 300)); // Node subscribes in its own time

const both = async (event, act, ...expected) => {
  console.error(event); // the last one named is where it stopped
  const heard = [once(there, event), once(here, event)];
  await act();
  for (const args of await Promise.all(heard)) assert.deepEqual(args, expected);
};

// From Node to all, and to a room that it makes our client enter.
await both("n", () => io.emit("n", 1, -300, 1.5, "é😀", null, { a: [true, Buffer.from([1, 2])] }), 1, -300, 1.5, "é😀", null, {
  a: [true, Buffer.from([1, 2])],
});
io.in(here.id).socketsJoin("boat");
io.in(there.id).socketsJoin("boat");
await new Promise((resolve) => setTimeout(resolve, 200)); // even Node's own clients join when Redis says so
await both("room", () => io.to("boat").emit("room", "in"), "in");

// From our server, by an event of its client: the same.
await both("said", () => here.emit("say", "boat", "hello", Buffer.from("é"), { deep: [1, 70000, 2 ** 40] }), "hello", Buffer.from("é"), {
  deep: [1, 70000, 2 ** 40],
});
here.emit("enter-all", "crew");
await new Promise((resolve) => setTimeout(resolve, 200));
await both("crew", () => io.to("crew").emit("crew", 2), 2);

// The emitter, which is a client of Redis only.
const emitter = new Emitter(await redis());
await both("news", () => emitter.to("boat").emit("news", new Date(0), Buffer.alloc(300, 1)), ...["1970-01-01T00:00:00.000Z", Buffer.alloc(300, 1)]);

// Acknowledgements of all clients, whoever asks.
console.error("acks");
for (const [client, name] of [[there, "there"], [here, "here"]]) client.on("question", (bytes, done) => done(`${name} ${bytes.length}`));
const answers = await io.to("boat").timeout(10_000).emitWithAck("question", Buffer.from([1, 2]));
assert.deepEqual(answers.sort(), ["here 2", "there 2"]);
assert.deepEqual(await here.emitWithAck("ask-all", "boat"), { answers: ["here 1", "there 1"], missing: 0 });

// Each knows the other's clients.
console.error("who is there");
await here.emitWithAck("keep", "é");
for (const sockets of [await io.fetchSockets(), await here.emitWithAck("who-is-there")]) {
  assert.deepEqual(sockets.map((s) => s.id).sort(), [here.id, there.id].sort());
  for (const s of sockets) assert.deepEqual([...s.rooms].sort(), ["boat", "crew", s.id].sort());
  assert.deepEqual(sockets.find((s) => s.id === here.id).data, { kept: "é" });
}
const boat = await io.in("boat").fetchSockets();
const ours = boat.find((s) => s.id === here.id);
assert.equal(ours.handshake.query.EIO, "4");
const alone = once(here, "alone");
ours.emit("alone", 1);
assert.deepEqual(await alone, [1]);
assert.deepEqual([...(await io.of("/").adapter.allRooms())].sort(), ["boat", "crew", here.id, there.id].sort());

// Servers among themselves.
console.error("server-side emits");
io.on("double", (n, done) => done(n * 2));
assert.deepEqual(await io.serverSideEmitWithAck("double", 21), [42]);
assert.deepEqual(await here.emitWithAck("ask-servers", 4), [8]);

// Each may put the other's clients out.
console.error("disconnect");
const out = once(here, "disconnect");
io.in(here.id).disconnectSockets();
assert.deepEqual((await out)[0], "io server disconnect");
here.connect();
await once(here, "connect");
const gone = once(there, "disconnect");
here.emit("put-out", there.id);
assert.deepEqual((await gone)[0], "io server disconnect");

clearTimeout(limit);
process.exit(0);
