// How one wants to be told, what an administrator sees of mails, and what a researcher is told of in a study.
import { assert, inspect, loaded, logIn, open, run } from "./browser.mjs";
import { at, session } from "./people.mjs";

const toast = (page, text) => page.locator(".toast", { hasText: text }).first().waitFor();

await run(async () => {
  // 1. A person: a kind switched off by keys, quiet hours that are mended where they are wrong, a digest.
  const person = await open({ width: 390 });
  await person.goto(`${at}/console/notifications/choices`);
  await logIn(person, "player-1");
  const mail = person.getByLabel("A comment on my post, or an answer to my comment: by mail");
  await mail.focus();
  const was = await mail.isChecked();
  await person.keyboard.press("Space");
  await toast(person, "Saved");
  assert.equal(await person.getByLabel(/^A login.*: by mail$|new device.*: by mail$/i).first().isDisabled(), true, "what concerns security stays");
  await person.getByLabel("Quiet from").fill("22:00");
  await person.getByRole("button", { name: "Save" }).click();
  await person.locator("[name=quietUntil][aria-invalid=true]").waitFor();
  await person.getByLabel("Quiet until").fill("07:00");
  await person.getByLabel("Mails").selectOption("day");
  await person.getByRole("button", { name: "Save" }).click();
  await person.locator(".toast").nth(1).waitFor();
  const choices = await (await session("player-1"))("GET", "/me/notification-choices");
  assert.deepEqual(choices.times, { zone: "Europe/Paris", quietFrom: "22:00", quietUntil: "07:00", digest: "day" });
  assert.equal(choices.kinds.find((one) => one.kind === "posts.comment").mail, !was);
  await person.goto(`${at}/console/mail`);
  await person.getByRole("heading", { name: "This is not for you" }).waitFor();

  // 2. An administrator: a mail as it will look, in both languages; one to himself, which arrives; the log of it.
  const admin = await open();
  await admin.goto(`${at}/console/mail/texts/posts.comment?language=fr`);
  await logIn(admin, "admin");
  await admin.getByRole("heading", { name: "Player One a commenté « A quiet morning »" }).waitFor();
  const frame = admin.frameLocator("iframe.mailview");
  await frame.getByText("Player One a commenté « A quiet morning ».").waitFor();
  await admin.locator(".choose").getByRole("link", { name: "English" }).click();
  await frame.getByText("Player One commented on “A quiet morning”.").waitFor();
  await admin.getByRole("button", { name: "Send it to myself" }).click();
  await admin.locator(".note strong", { hasText: /^sent$/ }).waitFor();
  await inspect(admin, "texts of mails");
  await admin.locator(".tabs").getByRole("link", { name: "Log" }).click();
  await admin.getByLabel("Address").fill("Admin@Example.org");
  await admin.getByLabel("State").selectOption("sent");
  await admin.getByRole("button", { name: "Filter" }).click();
  await admin.locator("tbody tr", { hasText: "notifications.trial" }).first().waitFor();
  assert.match(new URL(admin.url()).search, /state=sent/);
  await admin.getByLabel("State").selectOption("failed");
  await admin.getByRole("button", { name: "Filter" }).click();
  await admin.getByRole("heading", { name: "No such mail" }).waitFor();
  await admin.locator(".tabs").getByRole("link", { name: "No mail to" }).click();
  await admin.getByLabel("Send no mail to").fill("player@example.org");
  await admin.getByRole("button", { name: "Send none" }).click();
  await admin.locator("tbody tr", { hasText: "By hand" }).waitFor();
  await admin.getByRole("button", { name: "Send mail to player@example.org again" }).click();
  await admin.locator("dialog").getByRole("button", { name: "Send again" }).click();
  await admin.getByRole("heading", { name: "Every address gets its mail" }).waitFor();

  // 3. A researcher: told when nothing comes, within hours; what is wrong is said at its field.
  const researcher = await open();
  await researcher.goto(`${at}/console/studies/java-quest/alerts`);
  await logIn(researcher, "researcher");
  await researcher.getByLabel("Minutes without a trace").fill("2");
  await researcher.getByLabel("Between").fill("08:00");
  await researcher.getByLabel("And", { exact: true }).fill("18:00");
  await researcher.getByRole("button", { name: "Save" }).click();
  await researcher.locator("[name=silenceMinutes][aria-invalid=true]").waitFor();
  await researcher.getByLabel("Minutes without a trace").fill("30");
  await researcher.getByRole("button", { name: "Save" }).click();
  await toast(researcher, "You are told from now on.");
  const alerts = await (await session("researcher"))("GET", "/studies/java-quest/alerts");
  assert.deepEqual(alerts, { silenceMinutes: 30, hoursFrom: "08:00", hoursUntil: "18:00", zone: "Europe/Paris" });
  await loaded(researcher);
  await inspect(researcher, "alerts of a study");
  for (const page of [person, admin, researcher]) assert.deepEqual(page.errors, []);
});
