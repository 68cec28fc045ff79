// Two people who change one study; a file that is imported; sessions on a line; a network that is slow, and a server that starts again.
import { existsSync, writeFileSync } from "node:fs";
import { assert, call, folder, go, inspect, loaded, logIn, open, password, run } from "./browser.mjs";

const study = "/console/studies/java-quest";
const file = 'time;event;player;room;comment\n2026-11-01 10:00:00;answered;one;loops;fine\n2026-11-01 10:01:00;moved;two;arrays;"said ""hm"";\ntwice"\nnever;moved;one;exit;\n';

await run(async () => {
  const page = await open();
  await go(page, `${study}/settings`);
  await logIn(page, "researcher");

  // 1. Rights for a colleague, by the user name.
  await page.getByLabel("Give rights to").fill("nobody-here");
  await page.getByRole("button", { name: "Choose rights" }).click();
  await page.locator(".problem", { hasText: "Nobody who can be given rights" }).waitFor();
  await page.getByLabel("Give rights to").fill("colleague");
  await page.getByRole("button", { name: "Choose rights" }).click();
  const dialog = page.getByRole("dialog");
  for (const right of ["read", "manage"]) await dialog.getByLabel(right, { exact: true }).check();
  await inspect(page, "the rights");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.locator("tbody tr", { hasText: "colleague" }).locator(".tag", { hasText: "manage" }).waitFor();

  // 2. Both have the form open; who saves second is told in words, and loses nothing.
  const other = await open();
  await go(other, `${study}/settings`);
  await logIn(other, "colleague");
  await other.getByLabel("Title", { exact: true }).fill("Theirs");
  await other.getByRole("button", { name: "Save" }).click();
  await other.locator(".toast", { hasText: "Saved" }).waitFor();
  await page.getByLabel("Title", { exact: true }).fill("Mine");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Somebody else has changed the study meanwhile.").waitFor();
  await inspect(page, "two people");
  assert.equal((await call("GET", "/api/v1/studies/java-quest", undefined, `researcher:${password}`)).json.title, "Theirs");
  await page.getByRole("button", { name: "Save mine over it" }).click();
  await page.getByRole("heading", { name: "Mine", level: 1 }).waitFor();

  // 3. A field is explained, one is added, and the participants are asked for their consent.
  const room = page.getByRole("group", { name: "room", exact: true });
  await room.getByLabel("Meaning").fill("Where in the game.");
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByLabel("Field", { exact: true }).fill("mood");
  await page.getByLabel("Ask participants for their consent").check();
  await page.getByLabel("What they agree to").fill("I agree that what I do in the game is used for research.");
  await page.getByLabel("Take traces of those only who agreed").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Version 1.").waitFor();
  await page.locator(".tabs").getByRole("link", { name: "Codebook" }).click();
  await page.locator("tbody tr", { hasText: "Where in the game." }).waitFor();
  await page.locator(".tabs").getByRole("link", { name: "Participants" }).click();
  await page.locator("tbody tr").first().getByText("not given").waitFor();
  await page.getByRole("button", { name: /has signed$/ }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Consent on paper" }).click();
  await page.locator("tbody .tag", { hasText: /^given$/ }).waitFor();

  // 4. A file: how its columns would be read is shown, and corrected, before anything is stored.
  await page.locator(".tabs").getByRole("link", { name: "Import" }).click();
  await page.locator("input[type=file]").setInputFiles({ name: "old.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await page.getByLabel("Where comment goes").selectOption("");
  const [people] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Make participants for them" }).click()]);
  assert.equal(people.suggestedFilename(), "java-quest_people.csv");
  await page.getByText("Of the first 3 rows 2 can be stored.").waitFor();
  await page.locator("td", { hasText: "A time is expected" }).waitFor();
  await inspect(page, "an import");
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByRole("heading", { name: "2 traces are imported" }).waitFor();
  const stored = await call("GET", "/api/v1/studies/java-quest/traces?order=newest&limit=2", undefined, `researcher:${password}`);
  assert.deepEqual(stored.json.items.map((x) => [x.timestamp, x.name, x.data.room]).sort(), [
    ["2026-11-01T09:00:00Z", "answered", "loops"],
    ["2026-11-01T09:01:00Z", "moved", "arrays"],
  ]);

  // 5. A session on a line, with what is missing in it.
  await page.locator(".tabs").getByRole("link", { name: "Sessions" }).click();
  await page.getByRole("link", { name: "With gaps" }).click();
  await page.locator("tbody tr", { hasText: "3–4" }).first().getByRole("link").click();
  await page.locator(".timeline circle").first().waitFor();
  await page.getByText("3, 4").waitFor();
  await inspect(page, "a timeline");

  // 6. A slow network: the page says that it waits, and then is there.
  await page.route("**/api/v1/**", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await page.locator(".tabs").getByRole("link", { name: "Codebook" }).click();
  await page.locator("main .loading").waitFor();
  await page.locator("tbody tr").first().waitFor();
  await page.unroute("**/api/v1/**");

  // 7. The server is away for a moment: the live view comes back by itself, and what was sent meanwhile is there.
  await page.locator(".tabs").getByRole("link", { name: "Live" }).click();
  await page.locator(".dot.open").waitFor();
  const trace = (room) => ({ timestamp: "2026-11-20T09:30:00Z", participant: 1, name: "answered", data: { room } });
  const send = (room) => call("POST", "/api/v1/studies/java-quest/traces", trace(room), `researcher:${password}`);
  await send("before");
  await page.locator(".live li", { hasText: "before" }).waitFor();
  writeFileSync(`${folder}/restart`, "");
  await page.locator(".dot.waiting").waitFor();
  while (!existsSync(`${folder}/restarted`)) await new Promise((resolve) => setTimeout(resolve, 100));
  await send("after");
  await page.locator(".live li", { hasText: "after" }).waitFor();
  assert.equal(await page.locator(".live li", { hasText: "before" }).count(), 1);
  // What the browser itself says of a server that is away is no error of the page.
  assert.deepEqual(page.errors.filter((text) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|net::/.test(text)), []);
});
