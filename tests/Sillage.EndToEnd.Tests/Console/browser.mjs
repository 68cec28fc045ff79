// What the console's scripts share: Chromium, people who log in, axe, and a page's own errors. Usage of each script:
// node SCRIPT.mjs ADDRESS MODULES BROWSER FOLDER {"arguments": "of its own"}
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , address, modules, executablePath, folder, own] = process.argv;
const require = createRequire(pathToFileURL(modules + "/package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(modules + "/node_modules/axe-core/axe.min.js", "utf8");

export { address, assert, folder };
export const given = own ? JSON.parse(own) : {};
export const password = given.password;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

/** Runs the script's tasks, and ends the browser and the process with what came of it. */
export async function run(tasks) {
  try {
    await tasks();
  } catch (error) {
    console.error(error.stack);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }

  process.exit();
}

/** A person's browser: cookies of its own, and no error that its pages do not expect. */
export async function open(options = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    locale: options.locale ?? "en-GB",
    timezoneId: "Europe/Paris",
    colorScheme: options.dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.stack));
  page.on("console", (message) => {
    // A status that is no success is told to the console by the browser itself.
    if (message.type() === "error" && !/status of \d/.test(message.text())) errors.push(message.text());
  });
  page.errors = errors;
  return page;
}

export const go = (page, path) => page.goto(new URL(path, address).href);

/** Fills in the form that is there and waits for a page. */
export async function logIn(page, username, secret = password) {
  await page.getByLabel(/^(User name|Nom d’utilisateur)$/).fill(username);
  await page.getByLabel(/^(Password|Mot de passe)$/).fill(secret);
  await page.keyboard.press("Enter");
  await loaded(page);
}

/** Waits until the page has what it asked for. */
export async function loaded(page) {
  await page.locator("main .content, main .empty").first().waitFor();
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll("main .content")];
    return (
      document.querySelector("main .empty, main .content") !== null
      && all.every((c) => c.getAttribute("aria-busy") === "false")
      && document.querySelector("main .loading") === null
    );
  });
}

/** What axe finds, and what is wider than the page. */
export async function inspect(page, where) {
  // By the driver, beside the page's own policy, which lets nothing in.
  const found = await page.evaluate(`(() => { const module = undefined, exports = undefined; ${axe}; })(), axe.run(document, { resultTypes: ["violations"] })`);
  const violations = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
  assert.deepEqual(violations, [], `axe on ${where}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${where} is ${wide} pixels wider than the window`);
  assert.deepEqual(page.errors, [], `errors on ${where}`);
}

/** The API as a script calls it. */
export async function call(method, path, body, credential) {
  const reply = await fetch(new URL(path, address), {
    method,
    headers: { Authorization: `Basic ${Buffer.from(credential).toString("base64")}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, json: text ? JSON.parse(text) : undefined };
}
