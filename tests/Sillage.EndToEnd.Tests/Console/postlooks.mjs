// The pages of posts, notifications and mail narrow and wide, light and dark, in both languages: axe finds nothing, nothing is wider than the
// window, and no text of anybody's becomes markup. Pictures go to the folder.
import { assert, folder, given, inspect, loaded, logIn, open, run } from "./browser.mjs";
import { at, session } from "./people.mjs";

const { hostile } = given;

// A club that writes, and somebody who wants more than to be read.
async function seed() {
  const [one, two, bad, admin, researcher] = await Promise.all(["player-1", "player-2", "hostile", "admin", "researcher"].map(session));
  for (const [who, displayName] of [[one, "Player One"], [two, "Player Two"], [bad, hostile]]) await who("PATCH", "/me", { displayName }, { "Content-Type": "application/merge-patch+json" });
  const written = await one("POST", "/posts", {
    title: "A quiet morning on the lake",
    body: "Four of us on the *lake*, before anybody else was up. **No wind**, no waves.\n\n## What we did\n\n1. Twenty minutes easy\n2. Six times five hundred metres, with two minutes between them\n3. Home before the first boat\n\n> The best water of the year.\n\n| piece | pace | rate |\n|---|---|---|\n| first | 1:58 | 24 |\n| last | 1:52 | 28 |\n\nMore in the [log](https://example.org/log) and with @player-2.",
    tags: ["Rowing", "Lac Léman"],
  });
  await one("POST", "/posts", { title: "New rigger on four", body: "Stroke side is re-pitched. Please check the height before you go: `16.5 cm`.", tags: ["Boats"], visibility: "members" });
  await one("POST", "/posts", { title: "Spring camp", body: "A first plan.", draft: true });
  await one("POST", "/posts", { title: "Season opening", body: "We begin at eight.", publishAt: "2031-03-01T08:00:00Z" });
  const evil = await bad("POST", "/posts", { title: hostile, body: `${hostile}\n\n[${hostile}](javascript:alert(1)) ![${hostile}](https://evil.example/a.png)\n\n\`${hostile}\``, tags: ["x<img>"] });
  const say = (who, post, body, parent) => who("POST", `/posts/${post.id}/comments`, { body, ...(parent ? { parent } : {}) });
  const first = await say(two, written, "Was it cold? I stayed in bed, and I **regret** it.");
  const second = await say(one, written, "Four degrees. Come along next time!", first.id);
  await say(two, written, "I will. Is the blue boat free?", second.id);
  await say(bad, written, hostile, second.id);
  const gone = await say(two, written, "Never mind.");
  await two("DELETE", `/posts/${written.id}/comments/${gone.id}`);
  for (const [who, kind] of [[two, "like"], [bad, "like"], [two, "thanks"]]) await who("PUT", `/posts/${written.id}/reactions/${kind}`);
  const { id } = await one("GET", "/me");
  await two("PUT", `/authors/${id}/follow`);
  await bad("PUT", `/authors/${id}/follow`);
  await one("PUT", `/posts/${evil.id}/bookmark`);
  await two("POST", `/posts/${evil.id}/reports`, { reason: "abuse", note: hostile });
  await one("POST", `/posts/${written.id}/comments/${first.id}/reports`, { reason: "other", note: "Not the place for it." });
  await two("POST", `/posts/${written.id}/reports`, { reason: "privacy" });
  const settled = (await admin("GET", "/post-reports")).items.at(-1);
  await admin("POST", `${settled.links.settlement.replace("/api/v1", "")}`, { outcome: "dismissed" });
  await admin("PUT", `/posting-bans/${(await bad("GET", "/me")).id}`, { reason: hostile });
  await admin("POST", "/notifications", { recipient: id, subject: hostile, body: hostile, url: "/console/posts" });
  await admin("POST", "/notifications/suppressions", { address: "gone@example.org" });
  await admin("POST", "/notifications/kinds/notifications.trial/test");
  await researcher("PUT", "/studies/java-quest/alerts", { silenceMinutes: 30, hoursFrom: "08:00", hoursUntil: "18:00", zone: "Europe/Paris", quarantinePerHour: 100, stopMinutes: 20, endName: "end", retentionDays: 14 });
  for (let i = 0; i < 100 && (await one("GET", "/me/notifications")).items.length < 7; i++) await new Promise((resolve) => setTimeout(resolve, 200));
  return { written, evil, author: id };
}

await run(async () => {
  const { written, evil, author } = await seed();
  const places = {
    list: ["/posts", "player-1"],
    search: ["/posts?q=lake", "player-2"],
    author: [`/posts?author=${author}`, "player-2"],
    tag: ["/posts?tag=Lac%20L%C3%A9man", "player-2"],
    feed: ["/posts?view=feed", "player-2"],
    kept: ["/posts?view=kept", "player-1"],
    scheduled: ["/posts?view=mine&state=scheduled", "player-1"],
    post: [`/posts/${written.id}`, "player-1"],
    evil: [`/posts/${evil.id}`, "player-2"],
    write: ["/posts?do=write", "player-1"],
    edit: [`/posts/${written.id}?do=edit`, "player-1"],
    queue: ["/moderation", "admin"],
    settled: ["/moderation/settled", "admin"],
    bans: ["/moderation/bans", "admin"],
    moderated: [`/posts/${written.id}`, "admin"],
    notifications: ["/notifications", "player-1"],
    choices: ["/notifications/choices", "player-1"],
    mails: ["/mail", "admin"],
    texts: ["/mail/texts/posts.comment", "admin"],
    refused: ["/mail/refused", "admin"],
    alerts: ["/studies/java-quest/alerts", "researcher"],
  };
  for (const [width, locale, dark] of [[1440, "en-GB", false], [1280, "fr-FR", true], [390, "en-GB", true], [390, "fr-FR", false]]) {
    const pages = {};
    for (const username of ["player-1", "player-2", "admin", "researcher"]) {
      const page = (pages[username] = await open({ width, height: 900, locale, dark }));
      await page.goto(`${at}/console`);
      await logIn(page, username);
    }

    for (const [what, [path, username]] of Object.entries(places)) {
      const page = pages[username];
      await page.goto(`${at}/console${path}`);
      await loaded(page);
      if (what === "post") await page.locator(".comments li").nth(4).waitFor();
      if (what === "texts") await page.frameLocator("iframe").locator("a").first().waitFor();
      await inspect(page, `${what} at ${width} in ${locale}`);
      const ran = await page.evaluate(() => ({ flag: window.hostile ?? null, made: document.querySelectorAll("main img, main script, main [onerror]").length, links: [...document.querySelectorAll("main a[href]")].filter((a) => !/^(https?|mailto):$/.test(a.protocol)).length }));
      assert.deepEqual(ran, { flag: null, made: 0, links: 0 }, `markup in ${what}`);
      const raw = await page.evaluate(() => [...document.querySelectorAll("main *, #nav *")].filter((e) => !e.closest("code, select, .pre")).flatMap((e) => [...e.childNodes]).filter((n) => n.nodeType === 3).map((n) => n.data).join("\n").match(/\b(post|moderation|notification|choice|mail|alert|shell)\.[a-z]+(\.[a-z]+)*/g));
      assert.equal(raw, null, `a text's name in ${what}`);
      if (what === "evil") assert.match(await page.locator("main").innerText(), /<img src=x onerror=/);
      await page.screenshot({ path: `${folder}/${what}-${width}-${locale.slice(0, 2)}.png`, fullPage: width === 390 });
      if (what === "post" && width === 1440) {
        await page.setViewportSize({ width: 1280, height: 860 });
        await page.screenshot({ path: `${folder}/posts.png` });
        await page.setViewportSize({ width, height: 900 });
      }
    }

    for (const page of Object.values(pages)) await page.context().close();
  }
});
