// Tokens that run out every few seconds: the page renews its cookie and makes the connection anew ahead of time, and nobody sees it.
import { address, assert, call, open, password, run } from "./browser.mjs";

const at = address.replace(/\/$/, "");

await run(async () => {
  await call("POST", "/api/v1/rooms", { name: "The boathouse", slug: "boathouse" }, `player-1:${password}`);
  const page = await open({ width: 1280, height: 800 });
  let connections = 0;
  page.on("websocket", () => connections++);
  await page.goto(`${at}/chat/boathouse`);
  await page.getByLabel("User name").fill("player-1");
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator("textarea").waitFor();
  await page.waitForFunction(() => !document.querySelector(".connection"));
  await page.evaluate(() => {
    window.banners = 0;
    new MutationObserver(() => (window.banners += document.querySelectorAll(".connection").length)).observe(document.body, { childList: true, subtree: true });
  });
  const sent = [];
  while (connections < 4 || sent.length < 5) {
    sent.push(`Message ${sent.length + 1}`);
    await page.locator("textarea").fill(sent.at(-1));
    await page.keyboard.press("Enter");
    await page.locator(".message[data-seq] .text", { hasText: sent.at(-1) }).last().waitFor();
    await page.waitForTimeout(500);
  }

  await page.waitForFunction(() => !document.querySelector(".message.waiting"));
  assert.deepEqual(await page.locator(".message[data-seq] .text").allInnerTexts(), sent);
  assert.equal(await page.evaluate(() => window.banners), 0);
});
