// What people do in a room, as they would: answers, reactions, changes, files, what is unread, search; and what those do who keep order.
import { address, assert, inspect, open, password, run } from "./browser.mjs";

const at = address.replace(/\/$/, "");
const tokens = {};

// A script's session of its own, whichever the pages have.
async function api(method, path, body, who = "player-1") {
  const ask = async (way, where, what, headers) => {
    const reply = await fetch(`${at}/api/v1${where}`, { method: way, headers: { "Content-Type": "application/json", ...headers }, body: what && JSON.stringify(what) });
    const text = await reply.text();
    return { status: reply.status, json: text ? JSON.parse(text) : undefined };
  };
  tokens[who] ??= (await ask("POST", "/auth/login", { username: who, password })).json.access_token;
  return ask(method, path, body, { Authorization: `Bearer ${tokens[who]}` });
}

async function enter(page, username, path = "/chat") {
  await page.goto(at + path);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".frame").waitFor();
}

const write = async (page, text) => {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
};
const message = (page, text) => page.locator(".message[data-seq]").filter({ has: page.locator(".text", { hasText: text }) }).last();
const choose = async (page, text, action) => {
  await message(page, text).locator(".text").click();
  await page.getByRole("toolbar").getByRole("button", { name: action }).click();
};

await run(async () => {
  await api("POST", "/rooms", { name: "The boathouse", slug: "boathouse" });
  for (const who of ["player-2", "player-3"]) await api("POST", "/rooms/boathouse/join", undefined, who);
  for (let i = 1; i <= 130; i++) await api("POST", "/rooms/boathouse/messages", { text: `Stroke ${i} of the morning` }, "player-2");

  // 1. What is unread is marked, its beginning can be jumped to, and what is before loads as one scrolls.
  const first = await open({ width: 1280, height: 800 });
  const tab = await first.context().newPage();
  await enter(first, "player-1");
  await tab.goto(`${at}/chat`);
  const entry = (page) => page.locator("chat-sidebar").getByRole("link", { name: /The boathouse/ });
  await entry(tab).getByText("130 unread messages").waitFor();
  await entry(first).click();
  await message(first, "Stroke 130 of").waitFor();
  await first.getByRole("button", { name: /to the first/ }).click();
  await message(first, "Stroke 1 of").waitFor();
  await first.locator(".new").waitFor();
  await first.getByRole("button", { name: "To the latest" }).click();
  await message(first, "Stroke 130 of").waitFor();
  await first.locator(".scroll").hover();
  for (let i = 0; i < 40 && !(await first.locator(".begin").count()); i++) {
    await first.mouse.wheel(0, -1500);
    await first.waitForTimeout(50);
  }

  await first.locator(".begin").waitFor();
  const seqs = await first.locator(".message[data-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));
  assert.deepEqual(seqs, Array.from({ length: 130 }, (_, i) => i + 1));

  // The cursor is that of the person: the other tab knows.
  await entry(tab).locator(".badge").waitFor({ state: "detached" });
  await first.getByRole("button", { name: "To the latest" }).click();

  // 2. An answer, a name, a reaction, a change, and an end.
  const second = await open({ width: 1280, height: 800 });
  await enter(second, "player-2", "/chat/boathouse");
  await message(second, "Stroke 130 of").waitFor();
  await second.locator("textarea").pressSequentially("Well rowed, @player-1");
  await second.getByRole("option", { name: /player-1/ }).waitFor();
  await second.keyboard.press("Enter");
  await second.keyboard.press("Enter");
  await message(first, "Well rowed").waitFor();
  assert.equal(await message(first, "Well rowed").evaluate((row) => row.classList.contains("for-me")), true);
  await choose(first, "Well rowed", "Reply");
  await write(first, "Thank **you**, see https://example.org/a_b.");
  await message(second, "Thank you").locator(".quote", { hasText: "Well rowed" }).waitFor();
  assert.equal(await message(second, "Thank you").locator("a").getAttribute("href"), "https://example.org/a_b");
  await choose(second, "Thank you", "React");
  await second.locator(".palette").getByRole("button", { name: "🎉" }).click();
  await message(first, "Thank you").getByRole("button", { name: /🎉, 1 person: player-2/ }).click();
  await message(second, "Thank you").getByRole("button", { name: /🎉, 2 people/ }).waitFor();
  await first.locator("textarea").press("ArrowUp");
  await first.locator("textarea").fill("Thank you all");
  await first.keyboard.press("Enter");
  await message(second, "Thank you all").locator(".edited").waitFor();
  await choose(second, "Well rowed", "Delete");
  await second.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await first.locator(".gone").waitFor();
  await second.locator("textarea").pressSequentially("Still");
  await first.locator(".typing", { hasText: "player-2 is typing" }).waitFor();

  // 3. Files: a picture is seen before it is sent and small in the history; another is saved by its name.
  await first.locator("input[type=file]").setInputFiles([
    { name: "start.png", mimeType: "image/png", buffer: await first.screenshot() },
    { name: "crew.txt", mimeType: "text/plain", buffer: Buffer.from("bow, stroke, cox") },
  ]);
  await first.locator(".uploads img").waitFor();
  await first.getByRole("button", { name: "Leave out crew.txt" }).waitFor();
  await first.waitForFunction(() => !document.querySelector(".uploads progress"));
  await write(first, "The start.");
  await message(second, "The start.").locator(".thumbnail img").waitFor();
  await second.waitForFunction(() => [...document.querySelectorAll(".thumbnail img")].some((image) => image.naturalWidth > 0));
  await message(second, "The start.").getByRole("button", { name: "Open the picture start.png" }).click();
  await second.getByRole("dialog").locator("img").waitFor();
  await inspect(second, "a picture");
  await second.keyboard.press("Escape");
  const [saved] = await Promise.all([second.waitForEvent("download"), message(second, "The start.").getByRole("button", { name: /crew.txt/ }).click()]);
  assert.equal(saved.suggestedFilename(), "crew.txt");

  // 4. Search leads to the place.
  await first.getByRole("button", { name: "Search this room" }).click();
  await first.getByLabel("Words to find").fill("stroke 17");
  await first.keyboard.press("Enter");
  await first.locator(".found mark").first().waitFor();
  await inspect(first, "a search");
  await first.locator(".found a", { hasText: "Stroke 17 of" }).click();
  await first.locator(".message.target", { hasText: "Stroke 17 of" }).waitFor();
  assert.equal(await first.evaluate(() => document.activeElement?.textContent.includes("Stroke 17 of")), true);

  // 5. By keyboard: from message to message, into what can be done with one, and back to the field.
  await first.keyboard.press("ArrowDown");
  assert.equal(await first.evaluate(() => document.activeElement?.textContent.includes("Stroke 18 of")), true);
  await first.keyboard.press("Tab");
  assert.equal(await first.evaluate(() => document.activeElement?.closest(".toolbar") !== null), true);
  await first.keyboard.press("Escape");
  await first.keyboard.press("Escape");
  assert.equal(await first.evaluate(() => document.activeElement?.tagName), "TEXTAREA");

  // 6. Whoever keeps order: a report, a mute that the page tells, and a removal that closes the room at once.
  const third = await open({ width: 1280, height: 800 });
  await enter(third, "player-3", "/chat/boathouse");
  await choose(third, "The start.", "Report");
  await third.getByLabel("What is wrong with it").fill("Blurred.");
  await third.getByRole("dialog").getByRole("button", { name: "Report" }).click();
  await third.locator(".toast", { hasText: "Reported" }).waitFor();
  assert.equal((await api("GET", "/rooms/boathouse/reports")).json.items[0].reason, "Blurred.");
  await first.getByRole("button", { name: "Members", exact: true }).click();
  const member = (name) => first.locator(".members").getByRole("button", { name: new RegExp(name) });
  await member("player-3").click();
  await first.getByText("online", { exact: false }).first().waitFor();
  await inspect(first, "members");
  await first.locator(".member-actions").getByRole("button", { name: "Mute" }).click();
  await first.getByRole("button", { name: "10 minutes" }).click();
  await third.locator(".composer .note").waitFor();
  await first.locator(".member-actions").getByRole("button", { name: "Remove" }).click();
  await first.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await third.getByRole("heading", { name: "Where to?" }).waitFor();

  // 7. Somebody alone, and by a code into a room that nobody sees.
  await third.getByRole("button", { name: "Write to somebody" }).click();
  await third.getByLabel("User names").fill("nobody-here");
  await third.getByRole("button", { name: "Open" }).click();
  await third.getByText("Nobody to write to has this user name.").first().waitFor();
  await third.getByLabel("User names").fill("player-1");
  await third.getByRole("button", { name: "Open" }).click();
  await third.getByRole("heading", { name: "player-1", level: 1 }).waitFor();
  await write(third, "May I come back?");
  await first.locator("chat-sidebar").getByRole("link", { name: /player-3/ }).getByText("1 unread message").waitFor();
  const hidden = await api("POST", "/rooms", { name: "The cox’s box", visibility: "private" });
  const code = (await api("POST", `/rooms/${hidden.json.id}/invitations`, {})).json.code;
  await third.getByRole("button", { name: "Join", exact: true }).click();
  await third.getByLabel("Or with an invitation code").fill(code);
  await third.keyboard.press("Enter");
  await third.getByRole("heading", { name: "The cox’s box", level: 1 }).waitFor();

  // 8. The session is ended elsewhere: a login on the page, and everything is still there.
  await third.locator("textarea").fill("Half a sentence");
  for (const session of (await api("GET", "/me/sessions", undefined, "player-3")).json.items) await api("DELETE", `/me/sessions/${session.id}`, undefined, "player-3");
  await third.locator(".login").waitFor();
  await third.getByLabel("Password").fill(password);
  await third.keyboard.press("Enter");
  await third.locator(".login").waitFor({ state: "detached" });
  assert.equal(await third.locator("textarea").inputValue(), "Half a sentence");
  await third.locator("textarea").press("Enter");
  await message(third, "Half a sentence").waitFor();
  for (const page of [first, second, tab]) assert.deepEqual(page.errors?.filter((text) => !/WebSocket/.test(text)) ?? [], []);
});
