// A researcher's job, from the link that the server shows at its first start to a trace on the screen, and what comes after.
import { address, assert, call, folder, given, go, inspect, loaded, logIn, open, password, run } from "./browser.mjs";

await run(async () => {
  const page = await open();

  // 1. The first administrator, by the link.
  await page.goto(given.setup);
  await page.getByLabel("User name").fill("researcher");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await page.getByRole("link", { name: "Open the console" }).click();
  await logIn(page, "researcher");
  await page.getByRole("link", { name: "Studies" }).click();
  await page.getByRole("heading", { name: "No studies yet" }).waitFor();

  // 2. A study. What the server refuses is shown at its field.
  await page.getByRole("link", { name: "New study" }).click();
  await page.getByLabel("Title", { exact: true }).fill("Java quest");
  await page.getByLabel("Name in addresses").fill("Java Quest!");
  await page.getByRole("button", { name: "Create the study" }).click();
  const slug = page.locator("input[name=slug]");
  await page.locator("input[name=slug][aria-invalid=true]").waitFor();
  assert.equal(await slug.evaluate((input) => document.activeElement === input), true, "the bad field has the focus");
  await slug.fill("java-quest");
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByLabel("Field", { exact: true }).fill("room");
  await page.getByLabel("Every trace must have it").check();
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByLabel("Field", { exact: true }).nth(1).fill("score");
  await page.getByLabel("Type").nth(1).selectOption("integer");
  assert.match(await page.locator("aside pre").innerText(), /"room": "…",\s+"score": 1/);
  await page.getByLabel("Fields that are not listed").selectOption("refuse");
  await page.getByRole("button", { name: "Create the study" }).click();
  await page.getByRole("heading", { name: "No traces yet" }).waitFor();

  // 3. Credentials to hand out.
  await page.getByRole("link", { name: "Make participants" }).click();
  await page.getByLabel("How many").fill("2");
  await page.getByRole("button", { name: "Make participants" }).click();
  await page.locator(".sheet article").nth(1).waitFor();
  const cells = page.locator(".sheet dd");
  const player = `${await cells.nth(0).innerText()}:${await cells.nth(1).innerText()}`;

  // 4. The game sends; the trace is on the screen.
  await page.getByRole("link", { name: "Live" }).click();
  await page.locator(".dot.open").waitFor();
  const trace = (data, more = {}) => ({ timestamp: "2026-11-20T09:30:00Z", name: "answered", session: "s-1", sequence: 1, data, ...more });
  const traces = "/api/v1/studies/java-quest/traces";
  assert.equal((await call("POST", traces, trace({ room: "loops", score: 7 }), player)).status, 201);
  await page.locator(".live li", { hasText: "loops" }).waitFor();

  // What comes in a pause waits, and is not lost.
  await page.getByRole("button", { name: "Pause" }).click();
  await call("POST", traces, trace({ room: "arrays", score: 8 }, { sequence: 2 }), player);
  await page.getByRole("button", { name: "Continue (1 new)" }).click();
  await page.locator(".live li", { hasText: "arrays" }).waitFor();

  // 5. What did not fit is mended where it is wrong.
  assert.equal((await call("POST", traces, trace({ room: "loops", score: "twelve" }, { sequence: 3 }), player)).status, 422);
  await page.getByRole("link", { name: "Quarantine" }).click();
  await page.locator(".reasons a", { hasText: "/data/score" }).click();
  await page.locator(".rejected button").first().click();
  const editor = page.locator("#mend");
  await editor.waitFor();
  const selected = () => editor.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.equal(await selected(), '"twelve"', "the editor shows the place");
  await page.keyboard.type("true");
  await page.getByRole("button", { name: "Store it" }).click();
  await page.locator(".problem").waitFor();
  assert.equal(await selected(), "true", "and shows it again while it does not fit");
  await page.keyboard.type("12");
  await page.getByRole("button", { name: "Store it" }).click();
  await page.getByRole("heading", { name: "Nothing is in quarantine" }).waitFor();

  // 6. The summary counts, and leads to the traces by an address that can be shared.
  await page.locator(".tabs").getByRole("link", { name: "Overview" }).click();
  await page.locator(".tile dd", { hasText: /^3$/ }).first().waitFor();
  await page.locator(".plot canvas").waitFor();
  await page.getByRole("link", { name: "loops" }).click();
  await page.waitForURL("**/traces?data.room=loops");
  await page.locator("tbody tr").nth(1).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 2);
  assert.match(await page.locator(".curl code").innerText(), /^curl -u 'researcher' '.*\/traces\?data\.room=loops&order=newest&limit=100'$/);
  await page.reload();
  await loaded(page);
  assert.equal(await page.locator("tbody tr").count(), 2, "the address tells the filter");

  // The arrow keys walk the rows.
  await page.locator("tbody tr").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("tbody tr")].indexOf(document.activeElement)), 1);

  // 7. The export, as it will be.
  await page.getByRole("link", { name: "Export" }).click();
  await page.locator("pre", { hasText: "participant" }).waitFor();
  assert.match(await page.locator(".stack").innerText(), /read_csv\("java-quest_traces\.csv"/);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download" }).click()]);
  assert.match(download.suggestedFilename(), /^java-quest_traces/);

  // 8. A participant wants to be erased: counts first.
  await page.getByRole("link", { name: "Participants" }).click();
  await loaded(page);
  await page.getByRole("button", { name: /^Erase / }).first().click();
  await page.locator("dialog", { hasText: "There are 3 traces" }).waitFor();
  await page.getByRole("button", { name: "Remove the records" }).click();
  await page.getByRole("button", { name: "Erase", exact: true }).last().click();
  await page.locator(".toast", { hasText: "Erased" }).waitFor();

  // 9. One's own account.
  await page.getByRole("link", { name: "My account" }).click();
  await page.getByLabel("Name to show").fill("The researcher");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".toast", { hasText: "Saved" }).waitFor();
  await page.getByRole("link", { name: "Sessions" }).click();
  await page.locator(".tag", { hasText: "this one" }).waitFor();
  assert.deepEqual(page.errors, []);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByRole("heading", { name: "Log in" }).waitFor();
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.map((c) => c.name), [], "nothing is left in the browser");
});
