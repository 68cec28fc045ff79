// The page of things to do: two browsers of one person side by side, by keyboard and by touch, with the network cut in between.
import { assert, folder, given, go, inspect, open, run } from "./browser.mjs";

const titles = (page) => page.locator("#list li > input[type=text]").evaluateAll((all) => all.map((one) => one.value));
const has = (page, expected) =>
  page.waitForFunction(
    (wanted) =>
      JSON.stringify([...document.querySelectorAll("#list li > input[type=text]")].map((one) => one.value).sort()) === wanted,
    JSON.stringify([...expected].sort()),
  );
const saved = (page) => page.locator("#state", { hasText: "all is saved" }).waitFor();

async function enter(width, height) {
  const page = await open({ width, height });
  await go(page, "/apps/todo");
  await page.getByLabel("User name").fill("student-1");
  await page.getByLabel("Password").fill(given.password);
  await page.keyboard.press("Enter");
  await page.getByLabel("What is to be done").waitFor();
  await saved(page);
  return page;
}

await run(async () => {
  const [desk, phone] = [await enter(1280, 800), await enter(390, 844)];
  assert.deepEqual(await titles(desk), []);

  // By keyboard alone; the other browser shows it by itself.
  await desk.getByLabel("What is to be done").focus();
  await desk.keyboard.type("Write the report");
  await desk.keyboard.press("Enter");
  await desk.keyboard.type("Buy bread");
  await desk.keyboard.press("Enter");
  await has(phone, ["Buy bread", "Write the report"]);
  await phone.getByLabel("Done: Buy bread").click();
  await desk.locator("li.done").waitFor();
  assert.ok(await desk.getByLabel("Done: Buy bread").isChecked());

  // Without a network: what is changed is kept, also when the page is opened anew, and is sent once there is one.
  await phone.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await phone.reload();
  await has(phone, ["Buy bread", "Write the report"]);
  await phone.context().setOffline(true);
  phone.errors.length = 0;
  await phone.getByLabel("What is to be done").fill("Call home");
  await phone.getByRole("button", { name: "Add" }).click();
  await phone.getByLabel("To do: Write the report").fill("Write the long report");
  await phone.keyboard.press("Tab");
  await phone.getByRole("button", { name: "Delete: Buy bread" }).click();
  await phone.locator("#state", { hasText: "offline, 3 not sent yet" }).waitFor();
  await phone.reload();
  await has(phone, ["Call home", "Write the long report"]);
  await phone.screenshot({ path: folder + "/todo-390.png", fullPage: true });
  assert.deepEqual((await titles(desk)).sort(), ["Buy bread", "Write the report"]);

  // Meanwhile another member of one, and the same of another, are changed elsewhere.
  await desk.getByLabel("Done: Write the report").click();
  await saved(desk);
  phone.errors.length = 0;
  await phone.context().setOffline(false);
  await has(desk, ["Call home", "Write the long report"]);
  await has(phone, ["Call home", "Write the long report"]);
  await saved(phone);
  assert.ok(await phone.getByLabel("Done: Write the long report").isChecked());

  // Both write the same: neither is lost, and one is chosen.
  await phone.context().setOffline(true);
  await phone.getByLabel("To do: Call home").fill("Call home tonight");
  await phone.keyboard.press("Tab");
  await desk.getByLabel("To do: Call home").fill("Call home at noon");
  await desk.keyboard.press("Tab");
  await saved(desk);
  await phone.context().setOffline(false);
  await phone.locator(".conflict", { hasText: "Call home at noon" }).waitFor();
  phone.errors.length = 0;
  await inspect(phone, "todo with a conflict");
  await phone.getByRole("button", { name: "Keep mine" }).click();
  await has(desk, ["Call home tonight", "Write the long report"]);
  await saved(phone);

  await desk.screenshot({ path: folder + "/todo-1280.png", fullPage: true });
  await inspect(desk, "todo");
  await phone.getByRole("button", { name: "Log out" }).click();
  await phone.getByLabel("User name").waitFor();
  assert.equal(await phone.evaluate(() => localStorage.length), 0);
});
