// What the protocols' public test suites ask of a server, against the echo sample: a client that listens for one message at a
// time and loses what nobody listens for. Usage: node protocol-cases.mjs URL MODULES; the echo pings every 300 ms, waits 200 ms for
// the pong and 1 s for a namespace to be joined.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , url, modules] = process.argv;
const WebSocket = createRequire(pathToFileURL(modules + "/node_modules/engine.io-client/package.json"))("ws");

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const ws = (path, query) => {
  const socket = new WebSocket(url.replace("http", "ws") + path + query);
  socket.binaryType = "arraybuffer";
  socket.on("error", () => {});
  return socket;
};
const next = (socket, event = "message") =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event}`)), 3000);
    socket.addEventListener(event, ({ data }) => (clearTimeout(timer), resolve(data)), { once: true });
  });
const packets = (socket, count) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("too few packets")), 3000);
    const all = [];
    socket.addEventListener("message", ({ data }) => {
      if (data !== "2") all.push(data);
      if (all.length === count) (clearTimeout(timer), resolve(all));
    });
  });
const bytes = (...values) => Uint8Array.from(values);
const placeholders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
const fields = ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"];

// Of Engine.IO, at either path.
function engine(path) {
  const get = (query, options) => fetch(url + path + query, options);
  const poll = (sid, options) => get(`?EIO=4&transport=polling&sid=${sid}`, options);
  const post = (sid, body) => poll(sid, { method: "post", body });
  const open = async () => JSON.parse((await (await get("?EIO=4&transport=polling")).text()).slice(1)).sid;
  const webSocket = (sid) => ws(path, `?EIO=4&transport=websocket${sid ? `&sid=${sid}` : ""}`);
  const upgrading = async () => {
    const sid = await open();
    const socket = webSocket(sid);
    await next(socket, "open");
    socket.send("2probe");
    return [sid, socket];
  };
  const shouldEcho = async (socket) => {
    if (path !== "/engine.io/") return;
    socket.send("4hello");
    assert.equal(await next(socket), "4hello");
  };
  const shouldEchoByPolling = (payload) => async () => {
    const sid = await open();
    const answer = await post(sid, payload);
    assert.deepEqual([answer.status, await answer.text()], [200, "ok"]);
    const back = await poll(sid);
    assert.deepEqual([back.status, await back.text()], [200, payload]);
  };

  const cases = {
    "a session opens by polling": async () => {
      const text = await (await get("?EIO=4&transport=polling")).text();
      assert.equal(text[0], "0");
      const { sid, ...rest } = JSON.parse(text.slice(1));
      assert.equal(typeof sid, "string");
      assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
    },
    "a session opens by WebSocket": async () => {
      const socket = webSocket();
      const handshake = JSON.parse((await next(socket)).slice(1));
      assert.deepEqual(Object.keys(handshake).sort(), fields);
      assert.deepEqual(handshake.upgrades, []);
      socket.close();
    },
    "bad requests are refused": async () => {
      for (const query of ["?transport=polling", "?EIO=abc&transport=polling", "?EIO=4", "?EIO=4&transport=abc"]) {
        assert.equal((await get(query)).status, 400, query);
      }
      for (const method of ["post", "put"]) {
        assert.equal((await get("?EIO=4&transport=polling", { method })).status, 400, method);
      }
    },
    "bad WebSockets are refused": async () => {
      for (const query of ["?transport=websocket", "?EIO=abc&transport=websocket", "?EIO=4", "?EIO=4&transport=abc"]) {
        await next(ws(path, query), "close");
      }
    },
    "three heartbeats by polling": async () => {
      const sid = await open();
      for (let i = 0; i < 3; i++) {
        const answer = await poll(sid);
        assert.deepEqual([answer.status, await answer.text()], [200, "2"]);
        assert.equal((await post(sid, "3")).status, 200);
      }
    },
    "three heartbeats by WebSocket": async () => {
      const socket = webSocket();
      await next(socket);
      for (let i = 0; i < 3; i++) {
        assert.equal(await next(socket), "2");
        socket.send("3");
      }
      socket.close();
    },
    "a session that misses its heartbeat is gone": async () => {
      const sid = await open();
      await sleep(500);
      assert.equal((await poll(sid)).status, 400);
      await next(webSocket(), "close");
    },
    "a close packet ends a polling session": async () => {
      const sid = await open();
      const [answer] = await Promise.all([poll(sid), post(sid, "1")]);
      assert.deepEqual([answer.status, await answer.text()], [200, "6"]);
      assert.equal((await poll(sid)).status, 400);
    },
    "a close packet ends a WebSocket": async () => {
      const socket = webSocket();
      await next(socket);
      socket.send("1");
      await next(socket, "close");
    },
    "an upgrade is completed": async () => {
      const [sid, socket] = await upgrading();
      assert.equal(await next(socket), "3probe");
      const answer = await poll(sid);
      assert.deepEqual([answer.status, await answer.text()], [200, "6"]);
      socket.send("5");
      await shouldEcho(socket);
      socket.close();
    },
    "a poll after the upgrade is refused": async () => {
      const [sid, socket] = await upgrading();
      socket.send("5");
      assert.equal((await poll(sid)).status, 400);
      await shouldEcho(socket);
      socket.close();
    },
    "a second WebSocket after the upgrade is refused": async () => {
      const [sid, socket] = await upgrading();
      socket.send("5");
      await next(webSocket(sid), "close");
      await shouldEcho(socket);
      socket.close();
    },
  };
  if (path !== "/engine.io/") return cases;
  return {
    ...cases,
    "one packet by polling": shouldEchoByPolling("4hello"),
    "three packets by polling": shouldEchoByPolling("4test1\x1e4test2\x1e4test3"),
    "text and bytes by polling": shouldEchoByPolling("4hello\x1ebAQIDBA=="),
    "text and bytes by WebSocket": async () => {
      const socket = webSocket();
      await next(socket);
      await shouldEcho(socket);
      socket.send(bytes(1, 2, 3, 4));
      assert.deepEqual(await next(socket), bytes(1, 2, 3, 4).buffer);
      socket.close();
    },
    "what is no packet ends the session": async () => {
      const sid = await open();
      assert.equal((await post(sid, "abc")).status, 400);
      assert.equal((await poll(sid)).status, 400);
      const socket = webSocket();
      await next(socket);
      socket.send("abc");
      await next(socket, "close");
    },
    "two polls at once end the session": async () => {
      const sid = await open();
      const [first, second] = await Promise.all([poll(sid), sleep(5).then(() => poll(sid + "&t=burst"))]);
      assert.deepEqual([first.status, await first.text()], [200, "1"]);
      assert.equal(second.status, 400);
      assert.equal((await poll(sid)).status, 400);
    },
    "a poll that is broken off ends the session": async () => {
      const sid = await open();
      const abort = new AbortController();
      poll(sid, { signal: abort.signal }).catch(() => {});
      await sleep(5);
      abort.abort();
      assert.equal((await poll(sid)).status, 400);
    },
  };
}

// Of Socket.IO.
const connection = async () => {
  const socket = ws("/socket.io/", "?EIO=4&transport=websocket");
  await next(socket);
  return socket;
};
const joined = async () => {
  const socket = await connection();
  socket.send("40");
  await next(socket);
  assert.equal(await next(socket), '42["auth",{}]');
  return socket;
};
const joins = (packet, prefix, auth) => async () => {
  const socket = await connection();
  socket.send(packet);
  const answer = await next(socket);
  assert.ok(answer.startsWith(prefix + "{"), answer);
  assert.deepEqual(Object.keys(JSON.parse(answer.slice(prefix.length))), ["sid"]);
  assert.equal(await next(socket), auth);
  socket.close();
};
const answers = (packet, answer) => async () => {
  const socket = await joined();
  socket.send(packet);
  assert.equal(await next(socket), answer);
  socket.close();
};
const answersBytes = (packet, answer) => async () => {
  const socket = await joined();
  socket.send(packet);
  socket.send(bytes(1, 2, 3));
  socket.send(bytes(4, 5, 6));
  assert.deepEqual(await packets(socket, 3), [answer, bytes(1, 2, 3).buffer, bytes(4, 5, 6).buffer]);
  socket.close();
};
const ends = (packet, begin = joined) => async () => {
  const socket = await begin();
  socket.send(packet);
  await next(socket, "close");
};
const socketIO = {
  "the main namespace": joins("40", "40", '42["auth",{}]'),
  "the main namespace with auth": joins('40{"token":"123"}', "40", '42["auth",{"token":"123"}]'),
  "a namespace": joins("40/custom,", "40/custom,", '42/custom,["auth",{}]'),
  "a namespace with auth": joins('40/custom,{"token":"abc"}', "40/custom,", '42/custom,["auth",{"token":"abc"}]'),
  "a namespace that is not there": async () => {
    const socket = await connection();
    socket.send("40/random");
    assert.equal(await next(socket), '44/random,{"message":"Invalid namespace"}');
    socket.close();
  },
  "nothing that can be read in place of CONNECT": ends("4abc", connection),
  "no CONNECT at all": async () => next(await connection(), "close"),
  "the connection outlives its namespaces": answers("41", "2"),
  "leaving one namespace": async () => {
    const socket = await joined();
    await next(socket); // a ping: none comes between what follows
    socket.send("40/custom");
    await next(socket);
    await next(socket);
    socket.send("41/custom");
    socket.send('42["message","to the main namespace"]');
    assert.equal(await next(socket), '42["message-back","to the main namespace"]');
    socket.close();
  },
  "an event": answers('42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'),
  "an event with bytes": answersBytes(`452-["message",${placeholders}]`, `452-["message-back",${placeholders}]`),
  "an acknowledgement": answers('42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'),
  "an acknowledgement with bytes": answersBytes(
    `452-789["message-with-ack",${placeholders}]`,
    `462-789[${placeholders}]`,
  ),
  "a packet that cannot be read": ends("4abc"),
  "a payload that is no array": ends("42{}"),
  "an id that is no number": ends('42abc["message-with-ack",1,"2",{"3":[false]}]'),
};

const run = async (group, cases) => {
  for (const [name, test] of Object.entries(cases)) {
    await test().catch((error) => {
      console.error(`${group}: ${name}: ${error.stack}`);
      process.exitCode = 1;
    });
  }
};
await run("Engine.IO", engine("/engine.io/"));
await run("Engine.IO below Socket.IO", engine("/socket.io/"));
await run("Socket.IO", socketIO);
process.exit();
