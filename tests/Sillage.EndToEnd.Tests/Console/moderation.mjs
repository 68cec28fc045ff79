// Those who keep order in rooms: an administrator with every room in the console, and a moderator who comes from the chat.
import { address, assert, call, folder, given, go, inspect, loaded, logIn, open, password, run } from "./browser.mjs";

const as = (who) => `${who}:${password}`;
const api = async (who, method, path, body) => {
  const reply = await call(method, `/api/v1${path}`, body, as(who));
  assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${JSON.stringify(reply.json)}`);
  return reply.json;
};

await run(async () => {
  await api("player-1", "POST", "/rooms", { name: given.hostile, slug: "boathouse" });
  for (const who of ["player-2", "player-3"]) await api(who, "POST", "/rooms/boathouse/join");
  const report = async (text) => {
    const { id } = await api("player-2", "POST", "/rooms/boathouse/messages", { text });
    await api("player-3", "POST", `/rooms/boathouse/messages/${id}/reports`, { reason: given.hostile });
  };
  for (const text of ["Buy oars, cheap oars!", given.hostile, "Oars again."]) await report(text);

  // 1. All that waits stands in one list; a message goes, and what was done is told to the others who keep order.
  const page = await open();
  await go(page, "/console");
  await logIn(page, "admin");
  await page.locator("#nav").getByRole("link", { name: "Rooms" }).click();
  await loaded(page);
  const reports = page.locator(".report");
  await reports.nth(2).waitFor();
  assert.match(await reports.first().innerText(), /Buy oars[\s\S]*player-2/);
  await inspect(page, "the reports");
  await page.screenshot({ path: `${folder}/reports-1440.png` });
  await reports.first().getByRole("button", { name: "Decide" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Do", { exact: true }).selectOption({ label: "delete the message" });
  await dialog.getByRole("button", { name: "Decide" }).click();
  await dialog.locator("[aria-invalid=true]").waitFor();
  await inspect(page, "a decision");
  await dialog.getByLabel("What was done").fill("Deleted, and told them why.");
  await dialog.getByRole("button", { name: "Decide" }).click();
  await page.locator(".toast", { hasText: "settled" }).waitFor();
  await reports.filter({ hasText: "Buy oars" }).waitFor({ state: "detached" });
  await page.getByLabel("Show").selectOption({ label: "settled reports" });
  await reports.filter({ hasText: "Deleted, and told them why." }).waitFor();
  assert.match(await reports.first().innerText(), /The message is gone/);

  // 2. The room: who is in it, and what was done. Somebody is banned for one report, and the ban is lifted again.
  await page.locator(".tabs").getByRole("link", { name: "Rooms" }).click();
  await page.locator("tbody tr", { hasText: "boathouse" }).getByRole("link").first().click();
  await loaded(page);
  await page.locator("tbody tr", { hasText: "message deleted" }).waitFor();
  await reports.filter({ hasText: "Oars again" }).getByRole("button", { name: "Decide" }).click();
  await dialog.getByLabel("Do", { exact: true }).selectOption({ label: "ban them" });
  await dialog.getByLabel("What was done").fill("Banned.");
  await dialog.getByRole("button", { name: "Decide" }).click();
  const bans = page.locator("section", { has: page.getByRole("heading", { name: "Banned" }) });
  await bans.getByText("player-2").waitFor();
  assert.equal((await call("GET", "/api/v1/rooms/boathouse/messages", undefined, as("player-2"))).status, 403);
  await bans.getByRole("button", { name: "Lift the ban" }).click();
  await bans.waitFor({ state: "detached" });

  // 3. A member is muted, and made a moderator.
  const member = page.locator("tbody tr", { hasText: "player-3" }).filter({ has: page.getByRole("button", { name: /player-3/ }) });
  await member.getByRole("button").click();
  await dialog.getByLabel("For how long").selectOption({ label: "a day" });
  await dialog.getByRole("button", { name: "Do it" }).click();
  await member.getByText("muted until").waitFor();
  await member.getByRole("button").click();
  await dialog.getByLabel("Do", { exact: true }).selectOption({ label: "make them a moderator" });
  await dialog.getByRole("button", { name: "Do it" }).click();
  await member.getByText("moderator").waitFor();
  await inspect(page, "a room");
  await page.screenshot({ path: `${folder}/room-1440.png`, fullPage: true });
  const hostile = await page.evaluate(() => ({ flag: window.hostile ?? null, images: document.querySelectorAll("main img, main script").length }));
  assert.deepEqual(hostile, { flag: null, images: 0 });
  await page.context().close();

  // 4. The moderator comes from the chat, on a telephone and in French, and sees that room and no other.
  await api("player-1", "POST", "/rooms", { name: "Masters", slug: "masters" });
  const phone = await open({ width: 390, locale: "fr-FR", dark: true });
  await phone.goto(new URL("/chat/boathouse", address).href);
  await phone.locator("input").first().fill("player-3");
  await phone.locator("input").last().fill(password);
  await phone.keyboard.press("Enter");
  await phone.getByRole("button", { name: "Membres", exact: true }).click();
  await phone.getByRole("link", { name: "Signalements et ordre" }).click();
  await loaded(phone);
  await inspect(phone, "a room at 390 in French");
  await phone.screenshot({ path: `${folder}/room-390.png`, fullPage: true });
  await phone.locator(".tabs").getByRole("link", { name: "Salons" }).click();
  await loaded(phone);
  await phone.locator("tbody", { hasText: "boathouse" }).waitFor();
  assert.ok(!(await phone.locator("tbody").innerText()).includes("masters"));
  await phone.locator(".tabs").getByRole("link", { name: "Signalements" }).click();
  await phone.getByRole("button", { name: "Décider" }).first().waitFor();
  await inspect(phone, "the reports at 390 in French");
  await phone.screenshot({ path: `${folder}/reports-390.png` });

  // 5. Whoever keeps order nowhere is told what this is.
  const other = await open();
  await go(other, "/console/rooms/list");
  await logIn(other, "player-2");
  await other.getByText("You keep order in no room").waitFor();
  assert.equal(await other.locator("#nav").getByRole("link", { name: "Rooms" }).count(), 0);
  await inspect(other, "no rooms");
});
