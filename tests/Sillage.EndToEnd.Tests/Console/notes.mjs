// The page that CONTRIBUTING shows: what is refused stands at its field, what is kept is listed, as text.
import { assert, go, inspect, loaded, logIn, open, run } from "./browser.mjs";

await run(async () => {
  const page = await open();
  await go(page, "/console/notes");
  await logIn(page, "writer");
  await page.getByRole("link", { name: "Notes" }).waitFor();
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.locator("[name=text][aria-invalid=true]").waitFor();
  await page.getByLabel("A note").fill("x".repeat(2001));
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.locator(".error", { hasText: "2000" }).waitFor();
  await page.getByLabel("A note").fill("<b>Room 3</b> is too hard.");
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.locator("td", { hasText: "<b>Room 3</b> is too hard." }).waitFor();
  await inspect(page, "notes");
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
});
