// The pages of rowing narrow and wide, light and dark, in both languages: axe finds nothing, and nothing is wider than the window.
import { assert, folder, given, inspect, loaded, logIn, open, run } from "./browser.mjs";
import { at, daysAgo, intervals, piece, session, strokesOf } from "./rowing.mjs";

// A month of a squad.
async function seed() {
  const [coach, ...rowers] = await Promise.all(["coach-1", "rower-1", "rower-2", "rower-3"].map(session));
  const [one, two, three] = rowers;
  await Promise.all([
    one("PATCH", "/me", { displayName: "Rower One" }),
    two("PATCH", "/me", { displayName: "Rower Two" }),
    coach("PATCH", "/me", { displayName: "Coach" }),
    one("PATCH", "/rower", { maximumHeartRate: 192, thresholdPower: 230, born: "1994-05-20" }),
  ]);
  const squad = await coach("POST", "/squads", { name: "First eight" });
  const { code } = await coach("POST", `/squads/${squad.id}/invitations`, { uses: 3 });
  for (const rower of rowers) await rower("POST", "/squads/join", { code });
  await one("PUT", `/squads/${squad.id}/membership`, { results: true, live: true, workouts: true });
  await two("PUT", `/squads/${squad.id}/membership`, { results: true, live: true });
  const first = await one("POST", "/workouts", piece(daysAgo(12), 2000, 113.5, { curves: true }));
  for (const [days, metres, pace] of [[150, 6000, 124], [120, 5000, 121], [95, 10_000, 127], [61, 5000, 119], [40, 6000, 122], [26, 10_000, 125], [5, 5000, 118.4]]) await one("POST", "/workouts", piece(daysAgo(days), metres, pace, { rate: 21 }));
  const many = await one("POST", "/workouts", intervals(daysAgo(3), 8, 500, 106));
  const second = await one("POST", "/workouts", piece(daysAgo(1), 2000, 111.2, { rate: 29, curves: true }));
  await two("POST", "/workouts", piece(daysAgo(1, 8), 2000, 109.4, { rate: 31 }));
  await three("POST", "/workouts", piece(daysAgo(1, 9), 2000, 115, { rate: 27 }));
  const test = await coach("POST", `/squads/${squad.id}/assignments`, { title: "Saturday's test", piece: "2000m", opensAt: daysAgo(6), dueAt: daysAgo(-4, 20), targets: { pace: 112, strokeRate: 28 }, note: "Even splits. Hold 28 until the last 300 m." });
  await coach("POST", `/squads/${squad.id}/assignments`, { title: "Steady state", piece: "1:00:00", dueAt: daysAgo(-7, 20), targets: { heartRateZone: 2 } });
  await coach("POST", `/workouts/${second.id}/comments`, { text: "Much better rhythm through the middle. Keep the catch long when you lift the rate." });
  await one("POST", `/workouts/${second.id}/comments`, { text: "Thank you! I felt it too." });
  for (const [rower, metres, pace, rate] of [[one, 640, 112, 28], [two, 712, 108, 31]]) {
    const live = await rower("POST", "/workouts", { machine: "rower", start: new Date().toISOString(), live: true });
    await rower("POST", `/workouts/${live.id}/strokes`, { first: 0, strokes: strokesOf(metres, pace, { rate }) });
  }

  await coach("GET", `/squads/${squad.id}/leaderboard?piece=2000m`);
  return { squad: squad.id, first: first.id, second: second.id, many: many.id, test: test.id };
}

await run(async () => {
  const ids = await seed();
  const drawn = async (page) => {
    await loaded(page);
    if ((await page.locator("rowing-chart").count()) > 0) await page.locator("rowing-chart canvas").nth((await page.locator("rowing-chart").count()) - 1).waitFor();
  };
  const places = {
    log: ["", "rower-1"],
    session: [`/workouts/${ids.second}`, "rower-1"],
    intervals: [`/workouts/${ids.many}`, "rower-1"],
    compare: [`/compare?a=${ids.first}&b=${ids.second}`, "rower-1"],
    season: ["/season", "rower-1"],
    squads: ["/squads", "rower-1"],
    shares: [`/squads/${ids.squad}/me`, "rower-1"],
    live: [`/squads/${ids.squad}`, "coach-1"],
    assignments: [`/squads/${ids.squad}/assignments`, "coach-1"],
    results: [`/squads/${ids.squad}/assignments/${ids.test}`, "coach-1"],
    leaderboard: [`/squads/${ids.squad}/leaderboard?piece=2000m`, "coach-1"],
    people: [`/squads/${ids.squad}/people`, "coach-1"],
    read: [`/workouts/${ids.second}`, "coach-1"],
  };
  for (const [width, locale, dark] of [[1280, "en-GB", false], [1280, "fr-FR", true], [390, "en-GB", true], [390, "fr-FR", false]]) {
    const pages = {};
    for (const username of ["rower-1", "coach-1"]) {
      const page = (pages[username] = await open({ width, height: 900, locale, dark }));
      await page.goto(`${at}/rowing`);
      await page.locator(".login").waitFor();
      await logIn(page, username);
    }

    for (const [what, [path, username]] of Object.entries(places)) {
      const page = pages[username];
      await page.goto(`${at}/console/rowing${path}`);
      await drawn(page);
      if (what === "live") await page.locator(".ergs li").nth(1).waitFor();
      await inspect(page, `${what} at ${width} in ${locale}`);
      const raw = await page.evaluate(() => document.body.innerText.match(/\browing\.[a-z]+(\.[a-z]+)*/gi));
      assert.equal(raw, null, `a text's name in ${what}`);
      await page.screenshot({ path: `${folder}/rowing-${what}-${width}-${locale.slice(0, 2)}${dark ? "-dark" : ""}.png`, fullPage: true });
      if (what === "session" && width === 1280 && !dark) {
        await page.locator(".charts .u-over").first().hover({ position: { x: 420, y: 60 } });
        await page.screenshot({ path: `${folder}/rowing-session.png` });
      }
    }

    for (const page of Object.values(pages)) await page.context().close();
  }

  // Files of real devices, as they come.
  const page = await open({ width: 1280 });
  await page.goto(`${at}/rowing`);
  await logIn(page, "rower-3");
  await page.locator(".drop input").setInputFiles(["3x250m.fit", "ergdata.csv", "nk-oarlock.fit", "concept2-result.csv"].map((name) => `${given.files}/${name}`));
  await page.locator(".parts .button").nth(2).waitFor();
  await page.locator("tbody a").nth(3).waitFor();
  const sessions = await page.locator("tbody a").evaluateAll((links) => links.map((link) => link.href));
  assert.ok(sessions.length >= 4);
  for (const [i, href] of sessions.entries()) {
    await page.goto(href);
    await drawn(page);
    await inspect(page, `file ${i}`);
    await page.screenshot({ path: `${folder}/rowing-file-${i}.png`, fullPage: true });
  }
});
