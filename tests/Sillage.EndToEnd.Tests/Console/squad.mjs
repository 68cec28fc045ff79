// What a rower and a coach do: files of real devices, a session, two of them, a squad, what it sees, and what it sees no more.
import { assert, folder, given, inspect, loaded, logIn, open, run } from "./browser.mjs";
import { at, daysAgo, piece, session, strokesOf } from "./rowing.mjs";

await run(async () => {
  const [rower, coach] = [await open(), await open()];

  // 1. The rower comes by the short address, with nothing, and adds what a monitor and a watch wrote.
  await rower.goto(`${at}/rowing`);
  await logIn(rower, "rower-1");
  assert.equal(new URL(rower.url()).pathname, "/console/rowing");
  await rower.getByRole("heading", { name: "Nothing rowed yet" }).waitFor();
  await rower.locator(".drop input").setInputFiles(["3x250m.fit", "ergdata.csv", "nk-oarlock.fit", "not-xml.tcx"].map((name) => `${given.files}/${name}`));
  await rower.locator(".parts small", { hasText: "One workout." }).nth(2).waitFor();
  const refused = await rower.locator(".parts li", { hasText: "not-xml.tcx" }).innerText();
  assert.doesNotMatch(refused, /workout\./, "what is no workout makes none");
  await rower.locator("tbody tr").nth(1).waitFor();

  // The same bytes once more make nothing twice.
  const rows = await rower.locator("tbody tr").count();
  await rower.locator(".drop input").setInputFiles(`${given.files}/3x250m.fit`);
  await rower.locator(".parts small", { hasText: "nothing is made twice" }).waitFor();
  await loaded(rower);
  assert.equal(await rower.locator("tbody tr").count(), rows);

  // 2. One session: charts of all that was measured, by time and by distance, and a stroke by the keys.
  await rower.getByRole("link", { name: "3x250m" }).first().click();
  await rower.locator(".charts canvas").first().waitFor();
  await rower.getByRole("heading", { name: "Intervals" }).waitFor();
  assert.equal(await rower.locator(".card", { hasText: "Intervals" }).locator("tbody tr").count(), 3);
  await rower.getByRole("button", { name: "By distance" }).click();
  await rower.locator("button[aria-pressed=true]", { hasText: "By distance" }).waitFor();
  await rower.locator("#stroke").focus();
  await rower.keyboard.press("ArrowRight");
  await rower.getByText(/^Stroke 2 of /).waitFor();
  await rower.locator(".charts .u-over").first().click({ position: { x: 300, y: 60 } });
  assert.doesNotMatch(await rower.getByText(/^Stroke \d+ of /).innerText(), /Stroke 2 of/, "a click chooses a stroke");
  assert.match(await rower.locator(".readout").innerText(), /Pace \d:\d\d/);
  await inspect(rower, "a session of a file");

  // 3. Two pieces, one over the other.
  const [one, two, boss] = await Promise.all(["rower-1", "rower-2", "coach-1"].map(session));
  await one("POST", "/workouts", piece(daysAgo(9), 2000, 112, { curves: true }));
  await one("POST", "/workouts", piece(daysAgo(2), 2000, 109, { curves: true }));
  await rower.getByRole("link", { name: "Log" }).click();
  await rower.getByLabel("Compare 2000m").first().check();
  await rower.getByLabel("Compare 2000m").nth(1).check();
  await rower.getByRole("link", { name: "Compare (2 of 2)" }).click();
  await rower.getByRole("heading", { name: "Two sessions" }).waitFor();
  assert.match(await rower.locator("tr", { hasText: "Pace" }).first().innerText(), /[+−]\d+\.?\d* s/);
  await rower.locator(".charts canvas").nth(3).waitFor();
  await rower.getByRole("link", { name: "Season", exact: true }).click();
  await rower.locator("tr", { hasText: "2,000 m" }).first().waitFor();

  // 4. The coach makes a squad; the rower comes with the code and is seen by nobody.
  await coach.goto(`${at}/rowing/squads`);
  await logIn(coach, "coach-1");
  await coach.getByLabel("Name", { exact: true }).fill("First eight");
  await coach.getByRole("button", { name: "Make it" }).click();
  await coach.getByRole("button", { name: "Invite" }).click();
  const code = await coach.locator(".dialog pre").innerText();
  await coach.getByRole("button", { name: "Close" }).click();
  await rower.getByRole("link", { name: "Squads" }).click();
  await rower.getByLabel("Code").fill(code);
  await rower.getByRole("button", { name: "Join" }).click();
  await rower.getByRole("heading", { name: "What this squad sees of you" }).waitFor();
  for (const name of ["My results", "What I row", "All my workouts"]) assert.equal(await rower.getByLabel(name).isChecked(), false, name);
  await two("POST", "/squads/join", { code });

  // 5. A workout is assigned, and the rower, who did it already this week, lets it be seen.
  await coach.locator(".tabs").getByRole("link", { name: "Assigned" }).click();
  await coach.getByLabel("Title").fill("Saturday's test");
  await coach.getByLabel("Due").fill("2027-03-01T20:00");
  await coach.getByLabel("Piece").fill("twice around");
  await coach.getByLabel("Target pace").fill("1:50.0");
  await coach.getByRole("button", { name: "Assign it" }).click();
  await coach.locator("[name=piece][aria-invalid=true]").waitFor();
  await coach.getByLabel("Piece").fill("2000m");
  await coach.getByRole("button", { name: "Assign it" }).click();
  await coach.getByRole("link", { name: "Saturday's test" }).click();
  await coach.getByText("2 rowers keep their results to themselves.").waitFor();
  const notices = async () => (await one("GET", "/me/notifications")).items.filter((item) => item.kind === "rowing.assigned");
  for (let i = 0; i < 50 && (await notices()).length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 200));
  const [notice] = await notices();
  await rower.goto(at + new URL(notice.url, at).pathname);
  await loaded(rower);
  assert.match(new URL(rower.url()).pathname, /^\/console\/rowing\/squads/, "the notification leads there");
  await one("POST", "/workouts", piece(new Date(Date.now() + 1000).toISOString(), 2000, 109.5));
  await rower.locator(".tabs").getByRole("link", { name: "What it sees of me" }).click();
  await rower.getByLabel("My results").check();
  await rower.getByText("The squad sees it from now on.").first().waitFor();
  await coach.reload();
  await coach.locator("tr", { hasText: "rower-1" }).getByText("✓ 2000m").waitFor();
  assert.equal(await coach.locator("tr", { hasText: "rower-1" }).getByRole("link", { name: "Open" }).count(), 0, "results are no workouts");

  // What is assigned changes: what was rowed is compared with that, and the squad is told.
  await coach.getByRole("button", { name: "Change" }).click();
  await coach.getByLabel("Target pace").fill("soon");
  await coach.getByRole("button", { name: "Save" }).click();
  await coach.locator("[name=pace][aria-invalid=true]").waitFor();
  await coach.getByLabel("Target pace").fill("1:49.0");
  await coach.getByRole("button", { name: "Save" }).click();
  await coach.getByText("1:49.0 /500 m").waitFor();
  assert.match(await coach.locator("tr", { hasText: "rower-1" }).innerText(), /−0\.2 s/);
  const changes = async () => (await one("GET", "/me/notifications")).items.filter((item) => item.kind === "rowing.assignment-changed");
  for (let i = 0; i < 50 && (await changes()).length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal((await changes()).length, 1);

  // 6. On the ergs: seen as it is rowed, and not any more once that is taken back.
  await rower.getByLabel("What I row").check();
  await rower.getByText("The squad sees it from now on.").nth(1).waitFor();
  await coach.locator(".tabs").getByRole("link", { name: "On the ergs" }).click();
  await coach.locator(".dot.open").waitFor();
  await coach.getByRole("heading", { name: "Nobody is rowing" }).waitFor();
  const live = await one("POST", "/workouts", { machine: "rower", start: new Date().toISOString(), live: true });
  const strokes = strokesOf(500, 111);
  await one("POST", `/workouts/${live.id}/strokes`, { first: 0, strokes: strokes.slice(0, 20) });
  const erg = coach.locator(".ergs li", { hasText: "rower-1" });
  await erg.waitFor();
  const before = await erg.locator("dd").first().innerText();
  assert.doesNotMatch(await erg.innerText(), /Heart rate/);
  await one("POST", `/workouts/${live.id}/strokes`, { first: 20, strokes: strokes.slice(20, 30) });
  await coach.waitForFunction((text) => document.querySelector(".ergs dd")?.textContent !== text, before);
  await rower.getByLabel("What I row").uncheck();
  await coach.getByRole("heading", { name: "Nobody is rowing" }).waitFor();
  await one("POST", `/workouts/${live.id}/finish`, {});

  // 7. The coach reads what he is let read, and says something; the rower reads it, and sees who looked.
  await rower.getByLabel("All my workouts").check();
  await rower.getByText("The squad sees it from now on.").nth(1).waitFor();
  await coach.locator(".tabs").getByRole("link", { name: "People" }).click();
  await coach.getByRole("link", { name: "rower-1" }).click();
  await coach.getByRole("link", { name: "2000m" }).first().click();
  await coach.getByLabel("Your comment").fill("Longer at the catch.");
  await coach.getByRole("button", { name: "Comment" }).click();
  await coach.locator(".talk li", { hasText: "Longer at the catch." }).waitFor();
  assert.equal(await coach.getByRole("button", { name: "Delete", exact: true }).count(), 0, "a coach deletes no workout");
  await rower.goto(coach.url());
  await rower.locator(".talk li", { hasText: "Longer at the catch." }).waitFor();
  await rower.getByRole("link", { name: "Squads" }).click();
  await rower.locator("section", { hasText: "Who looked" }).locator("tbody tr").first().waitFor();
  const looks = await rower.locator("section", { hasText: "Who looked" }).locator("tbody tr").allInnerTexts();
  for (const what of ["A workout", "List of workouts", "Live", "Results of an assigned workout"]) {
    assert.ok(looks.some((look) => look.includes("coach-1") && look.includes(what)), `${what} in ${looks.join("; ")}`);
  }

  // 8. He leaves; nothing of him is left to be seen.
  await rower.getByRole("link", { name: "First eight" }).first().click();
  await rower.locator(".tabs").getByRole("link", { name: "What it sees of me" }).click();
  await rower.getByRole("button", { name: "Leave the squad" }).click();
  await rower.locator("dialog").getByRole("button", { name: "Leave the squad" }).click();
  await rower.getByRole("heading", { name: "You are in no squad yet" }).waitFor();
  await coach.reload();
  await coach.getByRole("heading", { name: "There is nothing here" }).waitFor();
  assert.deepEqual([...rower.errors, ...coach.errors], []);
  assert.equal((await boss("GET", "/squads")).items.length, 1);
  await coach.screenshot({ path: `${folder}/left.png` });
});
