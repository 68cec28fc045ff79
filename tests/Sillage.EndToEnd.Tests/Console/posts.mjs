// What people do with posts: write, find, answer, follow, are told of it, report; and what those do who keep order.
import { assert, folder, inspect, loaded, logIn, open, run } from "./browser.mjs";
import { at, session } from "./people.mjs";

const main = (page) => page.locator("main");
const toast = (page, text) => page.locator(".toast", { hasText: text }).first().waitFor();
const curl = (page) => page.locator("footer.curl code").innerText();

await run(async () => {
  const [author, reader] = [await open(), await open({ width: 390 })];
  const [one, two] = await Promise.all(["player-1", "player-2"].map(session));

  // 1. By the short address to a first post: what it will look like stands beside it; a draft first, seen by nobody else.
  await author.goto(`${at}/posts`);
  await logIn(author, "player-1");
  assert.equal(new URL(author.url()).pathname, "/console/posts");
  await author.getByRole("heading", { name: "Nothing is published yet" }).waitFor();
  await author.getByRole("link", { name: "Write a post" }).click();
  await author.getByLabel("Title").fill("A quiet morning");
  await author.getByLabel("Text", { exact: true }).fill("Four of us on the *lake*. @player-2 was cox.\n\n- wind: none\n- water: flat");
  await author.locator(".preview em", { hasText: "lake" }).waitFor();
  assert.equal(await author.locator(".preview li").count(), 2);
  await author.getByLabel("Tags").fill("Rowing, Lac Léman");
  await author.getByLabel("When").selectOption("later");
  await author.getByRole("button", { name: "Publish then" }).click();
  await author.locator("[name=publishAt][aria-invalid=true]").waitFor();
  await author.getByLabel("When").selectOption("draft");
  await author.getByRole("button", { name: "Keep the draft" }).click();
  await author.locator(".marks .tag", { hasText: "draft" }).waitFor();
  assert.match(await curl(author), /^curl -u 'player-1' .*\/api\/v1\/posts\//);
  assert.equal((await two("GET", "/posts")).items.length, 0);
  await author.getByRole("link", { name: "Posts", exact: true }).first().click();
  await author.locator(".tabs").getByRole("link", { name: "Mine" }).click();
  await author.locator(".choose").getByRole("link", { name: "Drafts" }).click();
  await author.getByRole("link", { name: "A quiet morning" }).click();
  await author.getByRole("button", { name: "Publish now" }).click();
  await toast(author, "Published.");
  assert.match(await curl(author), /posts/);

  // 2. The reader is told, in the navigation, of having been named; finds the post while typing, and by its words.
  await reader.goto(`${at}/console/posts`);
  await logIn(reader, "player-2");
  await reader.locator(".menu .badge").waitFor();
  await reader.getByLabel("Search").pressSequentially("quie");
  await reader.locator(".suggested a", { hasText: "A quiet morning" }).waitFor();
  await reader.getByLabel("Search").fill("lak* -motor");
  await reader.keyboard.press("Enter");
  await reader.locator(".excerpt mark", { hasText: "lake" }).waitFor();
  assert.match(new URL(reader.url()).search, /q=lak/, "a search is an address to share");
  await reader.locator(".posts h2 a").click();

  // 3. He reacts, keeps, follows and answers; the author hears of it without asking, and is led to the very comment.
  await reader.getByRole("button", { name: "Like: 0" }).click();
  await reader.locator(".reaction[aria-pressed=true]", { hasText: "1" }).waitFor();
  await reader.getByRole("button", { name: "Keep", exact: true }).click();
  await toast(reader, "Kept");
  await reader.getByRole("button", { name: "Follow player-1" }).click();
  await toast(reader, "You follow player-1 from now on.");
  await reader.getByLabel("Your comment").fill("It was **cold**.");
  await reader.getByRole("button", { name: "Comment", exact: true }).click();
  await reader.locator(".comments strong", { hasText: "cold" }).waitFor();
  // The login from a new device is the third.
  await author.locator("#nav .badge", { hasText: "3" }).waitFor();
  await author.locator("#nav").getByRole("link", { name: /^Notifications/ }).click();
  await author.locator(".told li.new").nth(2).waitFor();
  await author.getByRole("link", { name: "player-2 commented on “A quiet morning”" }).click();
  await author.locator(".comments .sought", { hasText: "cold" }).waitFor();
  assert.equal(await author.evaluate(() => document.activeElement.closest("li")?.classList.contains("sought")), true, "one is where one was led to");
  await author.locator("#nav .badge", { hasText: "2" }).waitFor();
  await author.getByRole("button", { name: "Answer player-2" }).click();
  await author.locator(".comments form").getByRole("textbox", { name: "Answer player-2" }).fill("Wait for spring.");
  await author.locator(".comments form").getByRole("button", { name: "Comment" }).click();
  await author.locator(".comments li.d1", { hasText: "Wait for spring." }).waitFor();
  await inspect(author, "a thread");

  // 4. Told as it comes while one looks; read at once, all of it.
  await author.goto(`${at}/console/notifications`);
  await loaded(author);
  const before = await author.locator(".told li").count();
  const { items: [post] } = await two("GET", "/posts");
  await two("POST", `/posts/${post.id}/comments`, { body: "Until then @player-1." });
  await author.locator(".told li").nth(before).waitFor();
  await author.getByRole("button", { name: "Mark all as read" }).click();
  await toast(author, "All are read.");
  await author.locator("#nav .badge").waitFor({ state: "detached" });
  await author.locator(".choose").getByRole("link", { name: "Unread" }).click();
  await author.getByRole("heading", { name: "Nothing to tell" }).waitFor();

  // 5. He edits his comment, deletes it, and takes that back.
  await reader.reload();
  await reader.getByRole("button", { name: "Edit my comment" }).first().click();
  await reader.locator(".comments form").getByRole("textbox", { name: "Edit my comment" }).fill("It was *very* cold.");
  await reader.locator(".comments form").getByRole("button", { name: "Comment" }).click();
  await reader.locator(".comments em", { hasText: "very" }).waitFor();
  await reader.getByRole("button", { name: "Delete my comment" }).first().click();
  await reader.locator(".comments li", { hasText: "very" }).locator(".tag", { hasText: "deleted" }).waitFor();
  await reader.locator(".toast").getByRole("button", { name: "Undo" }).last().click();
  await reader.locator(".comments li", { hasText: "very" }).locator(".tag").waitFor({ state: "detached" });
  for (const view of ["feed", "kept"]) {
    await reader.goto(`${at}/console/posts?view=${view}`);
    await reader.locator(".posts h2 a", { hasText: "A quiet morning" }).waitFor();
  }

  // 6. The same post edited twice at once: told in words, and nothing lost.
  await author.goto(`${at}/console/posts/${post.id}?do=edit`);
  await author.getByLabel("Title").fill("A quiet morning on the lake");
  await one("PATCH", `/posts/${post.id}`, { tags: ["rowing"] }, { "Content-Type": "application/merge-patch+json" });
  await author.getByRole("button", { name: "Save", exact: true }).click();
  await author.getByText("The post was changed elsewhere meanwhile.").waitFor();
  await author.getByRole("button", { name: "Save mine over it" }).click();
  await author.getByRole("heading", { name: "A quiet morning on the lake" }).waitFor();
  await author.getByText("What it said before").click();
  await author.locator(".old h3", { hasText: "A quiet morning" }).first().waitFor();

  // 7. Reported, looked at, hidden, shown again, locked; who goes on is banned, and reads why he cannot write.
  await reader.goto(`${at}/console/posts/${post.id}`);
  await reader.locator(".post > .bar").getByRole("button", { name: "Report", exact: true }).click();
  await reader.locator("dialog").getByLabel("More, for moderators only").fill("An advertisement.");
  await reader.locator("dialog").getByRole("button", { name: "Report it" }).click();
  await toast(reader, "The moderators look at it.");
  const moderator = await open();
  await moderator.goto(`${at}/console/moderation`);
  await logIn(moderator, "admin");
  await moderator.locator(".note", { hasText: "An advertisement." }).waitFor();
  await inspect(moderator, "the queue");
  await moderator.getByRole("button", { name: "Lock" }).click();
  await toast(moderator, "Locked.");
  await moderator.getByRole("button", { name: "Hide it" }).click();
  await moderator.getByRole("heading", { name: "Nothing to look at" }).waitFor();
  await reader.reload();
  await reader.getByRole("heading", { name: "There is nothing here" }).waitFor();
  await moderator.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await toast(moderator, "Taken back");
  await moderator.locator("section", { hasText: "What was done last" }).locator("code").first().waitFor();
  await reader.reload();
  await reader.getByText("A moderator has locked the post").waitFor();
  await moderator.goto(`${at}/console/posts/${post.id}`);
  await moderator.getByRole("button", { name: "Unlock" }).click();
  await moderator.getByRole("button", { name: "Lock", exact: true }).waitFor();
  const { id } = await two("GET", "/me");
  await moderator.goto(`${at}/console/moderation/bans?account=${id}`);
  await moderator.getByRole("heading", { name: "Ban player-2 from posting" }).waitFor();
  await moderator.getByLabel("Reason").fill("Advertises.");
  await moderator.getByRole("button", { name: "Ban from posting" }).click();
  await moderator.locator("tbody tr", { hasText: "Advertises." }).waitFor();
  await reader.goto(`${at}/console/posts?do=write`);
  await reader.getByLabel("Title").fill("Buy this");
  await reader.getByLabel("Text", { exact: true }).fill("Now.");
  await reader.getByRole("button", { name: "Publish", exact: true }).click();
  await reader.locator("form .problem").waitFor();
  await moderator.getByRole("button", { name: "Lift the ban of player-2" }).click();
  await moderator.locator("dialog").getByRole("button", { name: "Lift the ban" }).click();
  await moderator.getByRole("heading", { name: "Nobody is banned" }).waitFor();

  // 8. Deleted and taken back, by keys alone.
  await author.goto(`${at}/console/posts/${post.id}`);
  await loaded(author);
  await author.locator(".post > .bar").getByRole("button", { name: "Delete", exact: true }).press("Enter");
  await author.locator(".post .tag", { hasText: "deleted" }).waitFor();
  await author.locator(".toast").getByRole("button", { name: "Undo" }).press("Enter");
  await author.locator(".post .tag", { hasText: "deleted" }).waitFor({ state: "detached" });
  assert.equal((await two("GET", `/posts/${post.id}`)).deletedAt ?? null, null);
  for (const page of [author, reader, moderator]) assert.deepEqual(page.errors, []);
  await main(author).screenshot({ path: `${folder}/post-at-the-end.png` });
});
