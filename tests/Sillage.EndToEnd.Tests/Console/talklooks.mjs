// The chat page narrow and wide, light and dark, in both languages: axe finds nothing, nothing is wider than the window, and no text of
// anybody's becomes markup. Pictures go to the folder.
import { assert, folder, given, inspect, open, password, run } from "./browser.mjs";
import { at, session } from "./people.mjs";

const hostile = given.hostile;

const [one, two, three] = await Promise.all(["player-1", "player-2", "player-3"].map(session));

// A morning at the club.
async function seed() {
  await one("POST", "/rooms", { name: "The boathouse", slug: "boathouse" });
  await two("POST", "/rooms/boathouse/join");
  await three("POST", "/rooms/boathouse/join");
  const say = async (who, text, more = {}) => (await who("POST", "/rooms/boathouse/messages", { text, ...more })).id;
  await say(one, "Good morning! Tomorrow at six: eight with cox, then technique in pairs.");
  const question = await say(two, "Is the blue boat mended? I saw it on the trestles yesterday.");
  await say(three, "It is. New rigger on 4, and **stroke side is re-pitched**. Please check the height before you go: `16.5 cm`.");
  await say(one, "Thank you @player-3! Here is how we line up:\n```\nbow  player-2\n 2   player-3\ncox  player-1\n```", { replyTo: 3 });
  for (const [who, emoji] of [[one, "👍"], [three, "👍"], [three, "🚣"]]) await who("PUT", `/rooms/boathouse/messages/${question}/reactions/${encodeURIComponent(emoji)}`);
  await say(two, "Perfect, I bring the coffee. The forecast: https://example.org/wind?place=lake");

  const { id } = await one("GET", "/me");
  await two("POST", "/conversations", { with: [id] });
  await three("POST", "/rooms", { name: "Masters", slug: "masters" });
  await one("POST", "/rooms/masters/join");
  await three("POST", "/rooms/masters/messages", { text: "@player-1 the entries close on Friday." });
}

// The picture of the guide: two who are there, one of whom is typing.
async function picture() {
  const [page, other] = [await open({ width: 1280, height: 800 }), await open({ width: 390 })];
  for (const [it, username] of [[page, "player-1"], [other, "player-2"]]) await enter(it, username);
  await other.locator("textarea").pressSequentially("I");
  await page.locator(".typing", { hasText: "player-2" }).waitFor();
  await page.locator(".message .text", { hasText: "re-pitched" }).click();
  await page.getByRole("button", { name: "Members", exact: true }).click();
  await page.locator(".presence.online").nth(1).waitFor();
  await page.screenshot({ path: `${folder}/chat.png` });
  for (const it of [page, other]) await it.context().close();
}

async function enter(page, username) {
  await page.goto(`${at}/chat/boathouse`);
  await page.locator("input").first().fill(username);
  await page.locator("input").last().fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".message .text", { hasText: "coffee" }).waitFor();
}

// As somebody would write who wants more than to be read.
async function seedHostile() {
  const bad = await one("POST", "/rooms", { name: hostile, slug: "hostile" });
  await two("PATCH", "/me", { displayName: hostile });
  await two("POST", "/rooms/hostile/join");
  const first = await two("POST", "/rooms/hostile/messages", { text: hostile });
  await two("POST", "/rooms/hostile/messages", { text: `\`${hostile}\` **${hostile}** https://example.org/"onmouseover="window.hostile=1 javascript:window.hostile=1\n\`\`\`\n${hostile}\n\`\`\` @player-1`, replyTo: 1 });
  await two("PUT", `/rooms/${bad.id}/messages/${first.id}`, { text: hostile + " again" }).catch(() => undefined);
  const me = await three("GET", "/me");
  await two("POST", "/conversations", { with: [me.id, (await one("GET", "/me")).id], name: hostile });
}

await run(async () => {
  await seed();
  await picture();
  await seedHostile();
  for (const [width, locale, dark] of [[1280, "en-GB", false], [1280, "fr-FR", true], [390, "en-GB", true], [390, "fr-FR", false]]) {
    const page = await open({ width, height: 800, locale, dark });
    const name = (what) => `${folder}/chat-${what}-${width}-${locale.slice(0, 2)}${dark ? "-dark" : ""}.png`;
    const look = async (what) => {
      await inspect(page, `${what} at ${width} in ${locale}`);
      const ran = await page.evaluate(() => ({ flag: window.hostile ?? null, inside: document.querySelectorAll("main img:not(.mark), main script, main iframe").length }));
      assert.deepEqual(ran, { flag: null, inside: 0 }, `markup in ${what}`);
      const raw = await page.evaluate(() => document.body.innerText.match(/\bchat\.[a-z]+(\.[a-z]+)*/g));
      assert.equal(raw, null, `a text's name in ${what}`);
      await page.screenshot({ path: name(what) });
    };
    await page.goto(`${at}/chat`);
    await page.locator(".login").waitFor();
    await look("login");
    await page.locator("input").first().fill("player-1");
    await page.locator("input").last().fill(password);
    await page.keyboard.press("Enter");
    await page.locator("chat-sidebar a").first().waitFor();
    await look("rooms");
    await page.goto(`${at}/chat/boathouse`);
    await page.locator(".message .text", { hasText: "coffee" }).waitFor();
    await page.locator(".message .text", { hasText: "blue boat" }).click();
    await look("room");
    await page.locator(".toolbar button").first().click();
    await look("palette");
    await page.goto(`${at}/chat/hostile`);
    await page.locator(".message .text", { hasText: "onerror" }).first().waitFor();
    await page.locator(".message .text").first().click();
    await look("hostile");
    assert.match(await page.locator(".message .text").first().innerText(), /<img src=x onerror=/);
    const buttons = page.locator(".room-head > button");
    await buttons.last().click();
    await page.locator(".members li").nth(1).waitFor();
    await page.locator("button.member").click();
    await look("members");
    await buttons.first().click();
    await page.locator("chat-search input[type=search]").fill("window");
    await page.keyboard.press("Enter");
    await page.locator(".found a").first().waitFor();
    await look("search");
    await page.goto(`${at}/chat`);
    await page.locator("chat-sidebar .section button").last().click();
    await look("write");
    await page.keyboard.press("Escape");
    await page.locator("chat-sidebar .section button").nth(1).click();
    await look("make");
    await page.keyboard.press("Escape");
    await page.locator("chat-sidebar .section button").first().click();
    await page.locator(".dialog input").waitFor();
    await look("join");
    await page.context().close();
  }
});
