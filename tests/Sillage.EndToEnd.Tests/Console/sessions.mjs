// A session that ends under the page, and what each role is led to.
import { address, assert, call, given, go, loaded, logIn, open, password, run } from "./browser.mjs";

await run(async () => {
  // Each sees the pages that are for them; an address by hand is refused by the server, in words.
  const led = {
    member: ["Posts", "Chat", "Rowing", "Collections", "Notifications", "My account"],
    researcher: ["Studies", "Posts", "Chat", "Rowing", "Collections", "Notifications", "My account"],
    admin: ["Overview", "Studies", "Posts", "Chat", "Rooms", "Rowing", "Collections", "Moderation", "People", "Notifications", "Mail", "My account", "Server"],
  };
  for (const [username, expected] of Object.entries(led)) {
    const page = await open();
    await go(page, "/console");
    await logIn(page, username);
    const links = await page.locator("#nav li a").allInnerTexts();
    // Without how many things wait.
    assert.deepEqual(links.slice(0, -1).map((link) => link.replace(/\d.*$/s, "").trim()), expected, username);
    if (username === "member") {
      await go(page, "/console/people");
      await page.getByRole("heading", { name: "This is not for you" }).waitFor();
    }

    await page.context().close();
  }

  // Somebody ends the session elsewhere: what was written is still there, and goes through after a login.
  const page = await open();
  await go(page, "/console/me");
  await logIn(page, "researcher");
  await page.getByLabel("Name to show").fill("Kept while I logged in");
  assert.equal((await call("POST", "/api/v1/auth/logout?everywhere=true", undefined, `researcher:${password}`)).status, 204);
  await page.getByRole("button", { name: "Save" }).click();
  const again = page.getByRole("dialog", { name: "Log in again" });
  await again.waitFor();
  await again.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await again.locator(".problem").waitFor();
  await again.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await page.locator(".toast", { hasText: "Saved" }).waitFor();
  const me = await call("GET", "/api/v1/me", undefined, `researcher:${password}`);
  assert.equal(me.json.displayName, "Kept while I logged in");

  // A tab whose access token is gone renews it by itself.
  const context = page.context();
  await context.clearCookies({ name: "sillage" });
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.locator(".tag", { hasText: "this one" }).waitFor();
  assert.equal(await again.count(), 0);

  // By keyboard alone: the skip link, the language, and back.
  await go(page, "/console/studies");
  await loaded(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.getByRole("button", { name: "Français" }).press("Enter");
  await page.getByRole("heading", { name: "Études" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");

  // In nobody's frame: the browser itself refuses to show it.
  const other = await open();
  await other.route("https://evil.example/", (route) => route.fulfill({ contentType: "text/html", body: `<iframe src="${new URL("/console", address)}"></iframe>` }));
  await other.goto("https://evil.example/");
  await other.waitForFunction(() => document.querySelector("iframe") !== null);
  const frame = other.frames().find((f) => f !== other.mainFrame());
  assert.equal(await frame.locator("sillage-shell").count(), 0);
});
