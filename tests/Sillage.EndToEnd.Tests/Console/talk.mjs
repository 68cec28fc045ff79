// Two people talk in two browsers. The network between one of them and the server is a gate in this process: closing it cuts what is open
// and lets nothing in, as a tunnel does.
import { createServer, connect } from "node:net";
import { address, assert, call, folder, inspect, open, password, run } from "./browser.mjs";

/** A way to the server that can be closed. */
async function gate() {
  const { hostname, port } = new URL(address);
  const open = new Set();
  let isClosed = false;
  const server = createServer((near) => {
    if (isClosed) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on("error", () => {});
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, hostname, resolve));
  return {
    address: `http://${hostname}:${server.address().port}`,
    close() {
      isClosed = true;
      for (const socket of open) socket.destroy();
    },
    open() {
      isClosed = false;
    },
  };
}

async function logIn(page, at, username) {
  await page.goto(`${at}/chat/boathouse`);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".frame").waitFor();
}

const write = async (page, text) => {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
};
const shown = (page, text) => page.locator(".message[data-seq] .text", { hasText: text });
const history = (page) => page.locator(".message[data-seq] .text").allInnerTexts();
const settled = (page) => page.waitForFunction(() => !document.querySelector(".message.waiting") && !document.querySelector(".connection"));

// What the browser itself says of a network that is away is no error of the page.
const ownErrors = (page) => page.errors.filter((text) => !/ERR_|net::|WebSocket/.test(text));

await run(async () => {
  // 1. One makes a room, the other joins it; each sees at once what the other writes.
  const way = await gate();
  const first = await open({ width: 1280, height: 800 });
  await logIn(first, address.replace(/\/$/, ""), "player-1");
  await first.getByRole("link", { name: "All rooms" }).or(first.locator(".brand")).first().click();
  await first.getByRole("button", { name: "Make a room" }).click();
  await first.getByLabel("Name", { exact: true }).fill("The boathouse");
  await first.getByLabel("Name in addresses").fill("boathouse");
  await first.getByRole("button", { name: "Make it" }).click();
  await first.getByRole("heading", { name: "The boathouse", level: 1 }).waitFor();

  const second = await open({ width: 390, height: 780 });
  await logIn(second, way.address, "player-2");
  await second.getByRole("button", { name: "Join", exact: true }).click();
  await second.getByRole("heading", { name: "The boathouse", level: 1 }).waitFor();
  await write(first, "Who is on the water tomorrow?");
  await shown(second, "Who is on the water tomorrow?").waitFor();
  await write(second, "I am, at six.");
  await shown(first, "I am, at six.").waitFor();
  assert.deepEqual(first.errors, []);

  // 2. The network of one is cut; both write; what waits says so, and outlives a page that is loaded again.
  way.close();
  await second.locator(".connection").waitFor();
  for (const text of ["In the tunnel.", "Still in the tunnel."]) await write(second, text);
  for (const text of ["Bring the oars.", "And the cox."]) await write(first, text);
  assert.equal(await second.locator(".message.waiting", { hasText: "Waiting for the network" }).count(), 2);
  await inspect(Object.assign(second, { errors: ownErrors(second) }), "an outbox that waits");
  await second.screenshot({ path: `${folder}/chat-outbox-390.png` });
  await shown(first, "And the cox.").waitFor();

  // 3. It comes back: what waited is sent by itself, what was missed is there, and both have the same history.
  way.open();
  await settled(second);
  await shown(second, "And the cox.").waitFor();
  await shown(first, "Still in the tunnel.").waitFor();
  assert.deepEqual((await history(first)).sort(), ["And the cox.", "Bring the oars.", "I am, at six.", "In the tunnel.", "Still in the tunnel.", "Who is on the water tomorrow?"]);
  assert.deepEqual(await history(second), await history(first));
  const stored = async () => (await call("GET", "/api/v1/rooms/boathouse/messages?after=0", undefined, `player-1:${password}`)).json.items.map((message) => message.text);
  assert.deepEqual(await history(first), await stored());

  // 4. A page that is closed with something in the outbox: another sends it, and the one that is still open as well; it is there once.
  way.close();
  await second.locator(".connection").waitFor();
  await write(second, "Written before the end.");
  await second.locator("textarea").fill("A draft that is kept");
  const third = await second.context().newPage();
  way.open();
  await third.goto(`${way.address}/chat/boathouse`);
  await shown(third, "Written before the end.").waitFor();
  await settled(third);
  await settled(second);
  await shown(first, "Written before the end.").waitFor();
  await third.reload();
  await shown(third, "Written before the end.").waitFor();
  assert.equal(await third.locator("textarea").inputValue(), "A draft that is kept");
  for (const page of [first, second, third]) assert.deepEqual(await history(page), await stored());
  assert.equal((await stored()).length, 7);
  assert.deepEqual(ownErrors(second), []);
});
