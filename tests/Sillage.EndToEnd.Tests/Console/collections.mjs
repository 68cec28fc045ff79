// The page of collections: one is declared by a template, gets records, another schema after a look at what would change, and its rules are tried on a person.
import { address, assert, folder, go, inspect, loaded, logIn, open, password, run } from "./browser.mjs";

await run(async () => {
  const page = await open();
  await go(page, "/console/collections");
  await logIn(page, "admin");
  await page.getByText("No collections yet").waitFor();
  await inspect(page, "collections-none");
  await page.getByRole("button", { name: "Declare a collection" }).click();
  await page.getByRole("heading", { name: "books" }).waitFor();

  // What is not JSON, and what the server does not take, stands at the field.
  await page.getByRole("button", { name: "New record" }).click();
  const values = page.getByLabel("Values, as JSON");
  await values.fill("{");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("dialog .error", { hasText: "This is not JSON" }).waitFor();
  await values.fill('{"title": "Candide"}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("dialog .problem", { hasText: "/author Is missing." }).waitFor();
  await values.fill('{"title": "<b>Candide</b>", "author": "Voltaire", "price": 9}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("td", { hasText: "<b>Candide</b>" }).waitFor();

  await page.getByRole("button", { name: "Open" }).click();
  await values.fill('{"title": "Candide", "author": "Voltaire", "price": 12}');
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("td", { hasText: "12" }).waitFor();
  await page.getByLabel("Filter").fill("price <");
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator(".error", { hasText: "At character" }).waitFor();
  await page.getByLabel("Filter").fill("price > 10");
  await page.getByRole("button", { name: "Show" }).click();
  await page.locator("td", { hasText: "Candide" }).waitFor();
  await inspect(page, "collections-records");

  // Deleted, and taken back.
  await page.getByRole("button", { name: "Open" }).click();
  await page.locator("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No records here").waitFor();
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await page.locator("td", { hasText: "Candide" }).waitFor();

  // The schema: what would change is shown first, and what would be lost is confirmed.
  await page.getByRole("link", { name: "Schema" }).click();
  const declaration = page.getByLabel("Declaration, as JSON");
  const text = JSON.parse(await declaration.inputValue());
  text.fields.find((field) => field.name === "title").name = "heading";
  text.fields = text.fields.filter((field) => field.name !== "price");
  text.fields.push({ name: "pages", type: "integer" });
  await declaration.fill(JSON.stringify(text));
  await page.getByRole("button", { name: "Compare" }).click();
  const differences = page.locator(".differences");
  await differences.locator("li", { hasText: "heading" }).waitFor();
  assert.match(await differences.innerText(), /~ heading renamed[^]*\+ pages new field[^]*− price removed/);
  await page.getByText("1 values would be destroyed.").waitFor();
  await inspect(page, "collections-schema");
  await page.screenshot({ path: `${folder}/collections-schema.png`, fullPage: true });
  await page.getByRole("button", { name: "Apply" }).click();
  await page.locator("dialog").getByRole("button", { name: "Apply" }).click();
  await page.getByText("The declaration is applied.").waitFor();
  await page.getByRole("link", { name: "Records" }).click();
  await page.locator("th", { hasText: "heading" }).waitFor();
  await page.locator("td", { hasText: "Candide" }).waitFor();

  // The rules, tried on somebody.
  const list = await (await page.request.get(new URL("/api/v1/collections/books/records", address).href)).json();
  await page.getByRole("link", { name: "Rules" }).click();
  await page.getByLabel("User name").fill("student-1");
  await page.getByLabel("Id of a record").fill(list.items[0].id);
  await page.getByRole("button", { name: "Try them on a person" }).click();
  await page.locator("tr", { hasText: "update" }).locator("td", { hasText: "no" }).first().waitFor();
  await page.getByLabel("User name").fill("nobody-1");
  await page.getByRole("button", { name: "Try them on a person" }).click();
  await page.locator(".error", { hasText: "not known" }).waitFor();
  await inspect(page, "collections-rules");
  assert.deepEqual(page.errors, []);

  // Who looks after nothing sees records only; in French.
  const student = await open({ locale: "fr-FR", width: 400 });
  await go(student, "/console/collections/books");
  await logIn(student, "student-1", password);
  await loaded(student);
  await student.getByRole("button", { name: "Nouvelle fiche" }).waitFor();
  assert.equal(await student.getByRole("link", { name: "Schéma" }).count(), 0);
  await inspect(student, "collections-fr");
  assert.deepEqual(student.errors, []);
});
