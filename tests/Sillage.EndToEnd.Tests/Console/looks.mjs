// Every page, in both languages, narrow and wide, light and dark: axe finds nothing, nothing is wider than the window, and no text of
// anybody's becomes markup. Pictures go to the folder.
import { address, assert, call, folder, given, go, inspect, loaded, logIn, open, run } from "./browser.mjs";

const pages = {
  studies: "/console/studies",
  create: "/console/studies?do=create",
  summary: `/console/studies/${given.study}`,
  live: `/console/studies/${given.study}/live`,
  traces: `/console/studies/${given.study}/traces`,
  timelines: `/console/studies/${given.study}/sessions`,
  gaps: `/console/studies/${given.study}/sessions?only=gaps`,
  codebook: `/console/studies/${given.study}/codebook`,
  import: `/console/studies/${given.study}/import`,
  change: `/console/studies/${given.study}/settings`,
  export: `/console/studies/${given.study}/export`,
  participants: `/console/studies/${given.study}/participants`,
  quarantine: `/console/studies/${given.study}/quarantine`,
  profile: "/console/me",
  factor: "/console/me/factor",
  sessions: "/console/me/sessions",
  keys: "/console/me/keys",
  data: "/console/me/data",
  people: "/console/people?search=hostile",
  audit: "/console/people/audit",
  overview: "/console/overview",
  jobs: "/console/server",
  settings: "/console/server/settings",
  log: "/console/server/log",
  backups: "/console/server/backups",
  keyring: "/console/server/keys",
};

await run(async () => {
  for (const [width, locale, dark] of [[1440, "en-GB", false], [768, "en-GB", true], [390, "fr-FR", true]]) {
    const page = await open({ width, locale, dark });
    await go(page, "/console");
    await page.locator(".login").waitFor();
    await inspect(page, "login");
    await logIn(page, given.username);
    for (const [name, path] of Object.entries(pages)) {
      await go(page, path);
      await loaded(page);
      if (name === "summary") await page.locator(".plot canvas").waitFor();
      if (name === "quarantine") {
        await page.locator(".reasons a").first().click();
        await page.locator(".rejected button").first().click();
        await page.locator("#mend").waitFor();
      }

      if (name === "timelines") {
        await page.locator("tbody a").first().click();
        await page.locator(".timeline circle").first().waitFor();
      }

      if (name === "import") {
        const hostile = "<img src=x onerror=\"window.hostile=1\">";
        const cell = `"${hostile.replaceAll('"', '""')}"`;
        await page.locator("input[type=file]").setInputFiles({ name: `${hostile}.csv`, mimeType: "text/csv", buffer: Buffer.from(`time,event,player,${cell}\n2026-11-01 10:00:00,${cell},${cell},${cell}\n`) });
        await page.locator("tbody select").first().waitFor();
        await loaded(page);
      }

      if (name === "export") await page.locator("pre", { hasText: "participant" }).waitFor();
      await inspect(page, `${name} at ${width} in ${locale}`);
      const ran = await page.evaluate(() => ({ flag: window.hostile ?? null, images: document.querySelectorAll("main img, main script, main iframe").length }));
      assert.deepEqual(ran, { flag: null, images: 0 }, `markup on ${name}`);
      // Permissions and audited actions are names themselves.
      const raw = ["keys", "audit", "settings", "jobs"].includes(name) ? [] : await page.evaluate(() => document.querySelector("main").innerText.match(/\b(studies|study|me|people|server|part|quarantine|summary|trace|live|overview|hand|backup|settings|log|level|keys?)\.[a-z]+(\.[a-z]+)*/g));
      assert.equal(raw?.find((text) => !text.includes("data.") && given.texts.includes(text)) ?? null, null, `a text's name on ${name}`);
      await page.screenshot({ path: `${folder}/${name}-${width}.png` });
    }

    // The hostile texts are there, as texts.
    await go(page, pages.summary);
    await loaded(page);
    assert.match(await page.locator("main").innerText(), /<img src=x onerror=/);
    await page.context().close();
  }

  // The pictures of the guide.
  const page = await open({ width: 1280, height: 800 });
  await go(page, "/console/studies/java-quest");
  await logIn(page, "researcher");
  await page.locator(".plot canvas").waitFor();
  await page.screenshot({ path: `${folder}/console.png` });
  await go(page, "/console/studies/java-quest/sessions?only=gaps");
  await page.locator("tbody a").first().click();
  await page.locator(".timeline circle").first().waitFor();
  await page.screenshot({ path: `${folder}/console-session.png` });
  await go(page, "/console/studies/java-quest/import");
  await page.locator("input[type=file]").setInputFiles({ name: "spring.csv", mimeType: "text/csv", buffer: Buffer.from("time,event,player,room\n2026-04-01 10:00:00,answered,1,loops\n2026-04-01 10:01:30,moved,2,exit\n") });
  await page.locator("pre", { hasText: "loops" }).waitFor();
  await page.screenshot({ path: `${folder}/console-import.png` });
  await go(page, "/console/studies/java-quest/settings");
  await loaded(page);
  await page.screenshot({ path: `${folder}/console-settings.png` });
});
