// Socket.IO's own client against our server. Usage: node socket.io-client.mjs URL SCENARIO; an exit code of 0 is success.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , url, scenario, modules] = process.argv;
const require = createRequire(pathToFileURL(modules + "/package.json"));
const { io, Manager } = require("socket.io-client");

const once = (emitter, event) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no '${event}' within 8 s`)), 8000);
    emitter.once(event, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
const connect = async (options = {}, path = "/") => {
  const socket = io(url + path, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
  socket.joined = once(socket, "auth"); // it may come in one piece with the connect packet
  socket.joined.catch(() => {});
  await once(socket, "connect");
  return socket;
};
const collect = (socket, event, count) =>
  new Promise((resolve) => {
    const all = [];
    socket.on(event, (value) => {
      all.push(value);
      if (all.length === count) resolve(all);
    });
  });

async function exchange(options, transport) {
  const socket = await connect({ ...options, auth: { token: "player-1" } });
  assert.deepEqual(await socket.joined, [{ token: "player-1" }]);
  assert.equal(socket.io.engine.transport.name, transport);

  const values = [1, 1.5, "é😀", null, true, [], { a: { b: [1, "2"] } }];
  socket.emit("message", ...values);
  assert.deepEqual(await once(socket, "message-back"), values);

  const bytes = Buffer.from([0, 30, 255]);
  socket.emit("message", bytes, { deep: [Buffer.from("x")] });
  const [first, second] = await once(socket, "message-back");
  assert.deepEqual(first, bytes);
  assert.deepEqual(second, { deep: [Buffer.from("x")] });

  assert.equal(await socket.timeout(5000).emitWithAck("message-with-ack", "a"), "a");
  assert.deepEqual(await socket.timeout(5000).emitWithAck("message-with-ack", Buffer.alloc(70000, 7)), Buffer.alloc(70000, 7));

  socket.on("question", (n, answer) => answer({ doubled: n * 2, raw: Buffer.from([n]) }));
  assert.deepEqual(await socket.timeout(5000).emitWithAck("ask-me", 21), { doubled: 42, raw: Buffer.from([21]) });

  const large = "y".repeat(400_000);
  const echoes = collect(socket, "message-back", 5);
  for (let i = 0; i < 5; i++) socket.emit("message", large + i);
  assert.deepEqual((await echoes).map((s) => s.length), Array(5).fill(400_001));

  socket.disconnect();
}

const scenarios = {
  polling: () => exchange({ transports: ["polling"] }, "polling"),
  websocket: () => exchange({ transports: ["websocket"] }, "websocket"),

  async upgrade() {
    const socket = await connect();
    const count = 600;
    const echoes = collect(socket, "message-back", count);
    for (let i = 0; i < count; i++) {
      socket.emit("message", i);
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    assert.deepEqual(await echoes, Array.from({ length: count }, (_, i) => i));
    while (socket.io.engine.transport.name !== "websocket") await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await socket.timeout(5000).emitWithAck("message-with-ack", "still here"), "still here");
    socket.disconnect();
  },

  async namespaces() {
    const manager = new Manager(url, { transports: ["websocket"] });
    const main = manager.socket("/");
    const custom = manager.socket("/custom", { auth: { n: 1 } });
    const missing = manager.socket("/missing");
    const refusing = manager.socket("/refusing");
    const [[auth], [error], [refusal]] = await Promise.all([
      once(custom, "auth"),
      once(missing, "connect_error"),
      once(refusing, "connect_error"),
      once(main, "auth"),
    ]);
    assert.deepEqual(auth, { n: 1 });
    assert.equal(error.message, "Invalid namespace");
    assert.equal(refusal.message, "not you");
    assert.deepEqual(refusal.data, { code: 7 });
    assert.notEqual(main.id, custom.id);
    custom.disconnect();
    assert.equal(await main.timeout(5000).emitWithAck("message-with-ack", 1), 1);
    custom.connect();
    await once(custom, "auth");
    main.disconnect();
    assert.equal(await custom.timeout(5000).emitWithAck("message-with-ack", 2), 2);
    custom.disconnect();
  },

  async reconnect() {
    for (const transports of [["websocket"], ["polling"]]) {
      const socket = await connect({ transports });
      const before = socket.id;
      socket.emit("drop");
      assert.equal((await once(socket, "disconnect"))[0], "transport close");
      await once(socket, "connect");
      assert.notEqual(socket.id, before);
      assert.ok(!socket.recovered);
      assert.equal(await socket.timeout(5000).emitWithAck("message-with-ack", "again"), "again");

      socket.emit("put-me-out");
      assert.equal((await once(socket, "disconnect"))[0], "io server disconnect");
      socket.connect();
      await once(socket, "connect");
      socket.emit("close");
      assert.equal((await once(socket, "disconnect"))[0], "io server disconnect");
      socket.disconnect();
    }
  },

  // The client of 4.8 only offers what it last received; one that received nothing offers its pid alone.
  async recovery() {
    for (const transports of [["websocket"], ["polling"]]) {
      for (const received of [true, false]) {
        const socket = await connect({ transports, path: "/socket.io/" }, "/quiet");
        const id = socket.id;
        socket.emit("enter", "room");
        if (received) {
          await socket.timeout(5000).emitWithAck("say", "room", "before");
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
        const missed = collect(socket, "said", received ? 2 : 1);
        const other = await connect({ transports: ["websocket"] }, "/quiet");
        const back = once(socket, "connect");
        socket.io.engine.close();
        await other.timeout(5000).emitWithAck("say", "room", "missed");
        await back;
        assert.equal(socket.recovered, true);
        assert.equal(socket.id, id);
        await other.timeout(5000).emitWithAck("say", "room", "after");
        const all = await missed;
        assert.deepEqual(all.slice(-2), received ? ["missed", "after"] : all.slice(-2));
        assert.ok(all.includes("missed"));
        socket.disconnect();
        other.disconnect();
      }
    }
  },

  async rooms() {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connect({ transports: ["websocket"] }, "/quiet")));
    await Promise.all(sockets.map((s, i) => s.timeout(5000).emitWithAck("enter", i % 2 ? "odd" : "even")));
    const heard = sockets.map(() => []);
    sockets.forEach((s, i) => s.on("said", (text) => heard[i].push(text)));
    await sockets[0].timeout(5000).emitWithAck("say", "odd", "to the odd");
    await sockets[0].timeout(5000).emitWithAck("say", "even", "to the even");
    await Promise.all(sockets.map((s) => s.timeout(5000).emitWithAck("enter", "end")));
    heard.forEach((h, i) => assert.deepEqual(h, [i % 2 ? "to the odd" : "to the even"]));
    sockets.forEach((s) => s.disconnect());
  },
};

const limit = setTimeout(() => {
  console.error("the scenario took too long");
  process.exit(2);
}, 25_000);
await scenarios[scenario]();
clearTimeout(limit);
process.exit(0);
