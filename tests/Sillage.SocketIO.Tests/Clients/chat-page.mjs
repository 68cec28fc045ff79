// The chat sample's page in Chromium, two people, one of whom loses the network. Usage: node chat-page.mjs URL MODULES BROWSER CLIENT,
// where the client is "own", the one of the sample, or "socket.io-client", which has the same calls.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { pathToFileURL } from "node:url";

const [, , url, modules, browserPath, client] = process.argv;
const require = createRequire(pathToFileURL(modules + "/package.json"));
const { chromium } = require("playwright-core");
const clientLibrary = readFileSync(modules + "/node_modules/socket.io-client/dist/socket.io.esm.min.js", "utf8");
const target = new URL(url);

// The network of the second person: a relay that can be cut.
const open = new Set();
let isCut = false;
const relay = net.createServer((near) => {
  if (isCut) return near.destroy();
  const far = net.connect(Number(target.port), target.hostname);
  for (const [socket, other] of [[near, far], [far, near]]) {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => (open.delete(socket), other.destroy()));
    socket.pipe(other);
  }
});
await new Promise((resolve) => relay.listen(0, "127.0.0.1", resolve));
const cut = () => {
  isCut = true;
  for (const socket of open) socket.destroy();
};

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const person = async (address, nickname) => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => console.error(nickname, error));
    if (client === "socket.io-client") {
      await page.route("**/socket.js", (route) => route.fulfill({ body: clientLibrary, contentType: "text/javascript" }));
    }
    await page.goto(address);
    await page.getByText("connected", { exact: true }).waitFor();
    await page.fill("#room", "boat house");
    await page.fill("#nickname", nickname);
    await page.click("#join button");
    await page.getByText("here: ").waitFor();
    return page;
  };
  const say = async (page, text) => {
    await page.fill("#text", text);
    await page.click("#say button");
  };

  const one = await person(url, "player-1");
  const two = await person(`http://127.0.0.1:${relay.address().port}`, "player-2");
  await one.getByText("player-2 came").waitFor();
  await two.getByText("here: player-1, player-2").waitFor();

  await two.locator("#text").pressSequentially("on my way");
  await one.getByText("player-2 is typing…").waitFor();
  await two.click("#say button");
  await one.getByText("player-2: on my way").waitFor();
  await say(one, "see you at the start <b>");
  await two.getByText("player-1: see you at the start <b>").waitFor();

  cut();
  await two.getByText("disconnected: ").waitFor();
  await say(one, "missed one");
  await say(one, "missed two");
  isCut = false;
  await two.getByText("connected", { exact: true }).waitFor();
  await two.getByText("player-1: missed two").waitFor();
  await say(two, "back again");
  await one.getByText("player-2: back again").waitFor();
  const lines = await two.locator("#messages li").allTextContents();
  assert.deepEqual(lines.filter((l) => l.includes("missed")), ["player-1: missed one", "player-1: missed two"]);
  assert.equal(lines.filter((l) => l.startsWith("here: ")).length, 1, "the place was kept, not taken anew");
} finally {
  await browser.close();
  relay.close();
}
process.exit(0);
