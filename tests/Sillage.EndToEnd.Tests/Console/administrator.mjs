// An administrator's day: what needs a hand, a backup that is known to be sound, what the server does and why, a colleague's account
// and rights, and a second factor for oneself.
import { createHmac } from "node:crypto";
import { assert, folder, go, inspect, loaded, logIn, open, password, run } from "./browser.mjs";

// RFC 6238, as an app on a telephone does it.
function codeOf(secret, steps = 0) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

await run(async () => {
  const page = await open();
  await go(page, "/console");
  await logIn(page, "admin");

  // 1. The overview is the first thing to be seen, and says what needs a hand.
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.locator(".hand li", { hasText: "There is no backup." }).waitFor();
  await page.locator(".parts li", { hasText: "accounts" }).waitFor();
  // Two readings make a rate.
  await page.locator(".tile", { hasText: "Requests a second" }).locator("dd", { hasText: /^\d/ }).first().waitFor();
  await page.screenshot({ path: `${folder}/overview.png` });

  // 2. A backup, made and looked at.
  await page.locator(".hand").getByRole("link", { name: "To the backups" }).click();
  await page.getByRole("button", { name: "Back up now" }).click();
  await page.locator(".toast", { hasText: "The backup is made" }).waitFor();
  await page.getByRole("button", { name: /^Check / }).click();
  await page.locator("tbody", { hasText: "Sound" }).waitFor();
  await inspect(page, "a backup");
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("Nothing. Everything works").waitFor();

  // 3. What is set, and where; what is logged; what runs.
  await page.locator("#nav").getByRole("link", { name: "Server" }).click();
  await page.locator(".tabs").getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Only what was set").check();
  const given = page.locator("tbody tr", { hasText: "Admin:Password" });
  await given.waitFor();
  assert.match(await given.innerText(), /••••••[\s\S]*SILLAGE_ADMIN__PASSWORD/);
  assert.ok(!(await page.content()).includes(password), "no secret is on the page");
  await page.locator(".tabs").getByRole("link", { name: "Log" }).click();
  await loaded(page);
  await page.locator(".tabs").getByRole("link", { name: "Jobs" }).click();
  await page.locator("tbody tr", { hasText: "storage.purge" }).first().waitFor();
  await page.locator(".tabs").getByRole("link", { name: "Signing keys" }).click();
  await page.getByRole("button", { name: "Rotate the key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rotate the key" }).click();
  await page.locator("tbody tr").nth(1).waitFor();
  assert.deepEqual((await page.locator("tbody .tag").allInnerTexts()).sort(), ["has signed", "signs"]);

  // 4. An account for a colleague, and what the trail says of the day.
  await page.locator("#nav").getByRole("link", { name: "People" }).click();
  await page.locator("form.card").getByLabel("User name").fill("colleague");
  await page.getByRole("button", { name: "Create an account" }).click();
  await page.getByRole("heading", { name: "The password of colleague" }).waitFor();
  await page.locator(".tabs").getByRole("link", { name: "Audit" }).click();
  for (const action of ["backup.made", "signing-key.rotated"]) await page.locator("tbody tr", { hasText: action }).first().waitFor();

  // 5. A second factor: set up, asked for at the next login, taken off.
  await page.getByRole("link", { name: "My account" }).click();
  await page.locator(".tabs").getByRole("link", { name: "Second factor" }).click();
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.locator(".qr path").waitFor();
  await inspect(page, "the QR code");
  const secret = (await page.locator(".factor pre").innerText()).replaceAll(" ", "");
  await page.getByLabel("The code that the app shows").fill("000000");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await page.locator("[name=code][aria-invalid=true]").waitFor();
  await page.getByLabel("The code that the app shows").fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  await page.locator(".codes pre").waitFor();
  const [recovery] = (await page.locator(".codes pre").innerText()).split("\n");
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("A login needs a code.").waitFor();
  await page.getByRole("button", { name: "Log out" }).click();
  await page.locator(".login").waitFor();
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.getByLabel("Code").fill(recovery);
  await page.keyboard.press("Enter");
  await loaded(page);
  await go(page, "/console/me/factor");
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.locator("form").getByLabel("Password").fill(password);
  // The next step's code: that of this one has been used.
  await page.locator("form").getByLabel("Code").fill(codeOf(secret, 1));
  await page.locator("form").getByRole("button", { name: "Remove it" }).click();
  await page.locator(".toast", { hasText: "A login needs the password only" }).waitFor();
  assert.deepEqual(page.errors, []);
});
