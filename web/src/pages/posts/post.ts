import { api, attempt, html, markup, nothing, Page, t, time, toast, type List } from "../../kit";
import { report, withReason } from "./report";
import { addressOf, base, by, marks, nameOf, tagList, type Post } from "./types";
import "./comments";

interface Reactions {
  counts: Record<string, number>;
  mine: string[];
  kinds: string[];
}

interface Revision {
  revision: number;
  title: string;
  body: string;
  writtenAt: string;
}

const faces: Record<string, string> = { like: "👍", love: "❤️", laugh: "😄", wow: "😮", sad: "😢", thanks: "🙏" };

/** A post: what it says, how people react to it, and what they say about it. */
class PostPage extends Page {
  private post: Post | undefined;
  private reactions: Reactions | undefined;
  private kept = false;
  private follows: boolean | undefined;
  private revisions: Revision[] | undefined;

  override async load() {
    const name = this.path[0]!;
    this.revisions = undefined;
    const post = await api.get<Post>(`/api/v1/posts/${encodeURIComponent(name)}`);
    const quiet = { quiet: true };
    const isOwn = post.author?.id === this.me.id;
    // What is not published, or deleted, takes no marks.
    const marked = post.links.reactions !== undefined;
    const [reactions, bookmark, follow] = await Promise.all([
      marked ? api.get<Reactions>(`${addressOf(post)}/reactions`, quiet) : undefined,
      marked ? api.get(`${addressOf(post)}/bookmark`, quiet) : undefined,
      post.author && !isOwn ? api.get(`/api/v1/authors/${post.author.id}/follow`, quiet) : undefined,
    ]);
    this.reactions = reactions;
    this.kept = bookmark?.kept ?? false;
    this.follows = follow?.follows;
    this.post = post;
  }

  private get isOwn(): boolean {
    return this.post?.author?.id === this.me.id;
  }

  private react = (kind: string) =>
    attempt(async () => {
      const at = `${addressOf(this.post!)}/reactions`;
      if (this.reactions!.mine.includes(kind)) await api.delete(`${at}/${kind}`);
      else await api.put(`${at}/${kind}`);
      this.reactions = await api.get<Reactions>(at, { quiet: true });
      this.requestUpdate();
    });

  private keep = () =>
    attempt(async () => {
      const at = `${addressOf(this.post!)}/bookmark`;
      await (this.kept ? api.delete(at) : api.put(at));
      this.kept = !this.kept;
      toast(this.kept ? t("post.kept") : t("post.unkept"));
      this.requestUpdate();
    });

  private follow = () =>
    attempt(async () => {
      const at = `/api/v1/authors/${this.post!.author!.id}/follow`;
      await (this.follows ? api.delete(at) : api.put(at));
      this.follows = !this.follows;
      toast(this.follows ? t("post.followed", { name: nameOf(this.post!.author) }) : t("post.unfollowed", { name: nameOf(this.post!.author) }));
      this.requestUpdate();
    });

  private erase = () =>
    attempt(async () => {
      const address = addressOf(this.post!);
      await api.delete(address);
      toast(t("post.deleted.told"), async () => {
        await attempt(() => api.post(`${address}/restore`));
        await this.reload();
      });
      await this.reload();
    });

  private restore = () =>
    attempt(async () => {
      await api.post(`${addressOf(this.post!)}/restore`);
      await this.reload();
    });

  private publish = () =>
    attempt(async () => {
      await api.patch(addressOf(this.post!), { draft: false, publishAt: null });
      toast(t("post.published"));
      await this.reload();
    });

  private hide = async () => {
    const at = `${addressOf(this.post!)}/hiding`;
    if (this.post!.hidden) await attempt(() => api.delete(at));
    else await withReason(t("post.hide"), t("post.hide.text"), t("post.hide.action"), (reason) => api.put(at, { reason }));
    await this.reload();
  };

  private lock = async () => {
    const at = `${addressOf(this.post!)}/lock`;
    if (this.post!.locked) await attempt(() => api.delete(at));
    else await withReason(t("post.lock"), t("post.lock.text"), t("post.lock.action"), (reason) => api.put(at, { reason }));
    await this.reload();
  };

  private history = async (event: Event) => {
    if (!(event.target as HTMLDetailsElement).open || this.revisions) return;
    this.revisions = (await api.get<List<Revision>>(this.post!.links.revisions!)).items;
    this.requestUpdate();
  };

  view() {
    const { post } = this;
    if (!post || (this.loading && post.slug !== this.path[0] && post.id !== this.path[0])) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <p class="crumbs"><a href=${base}>${t("post.title")}</a></p>
      <article class="card post">
        <div class="head"><h1>${post.title}</h1><span class="marks">${marks(post)}</span></div>
        <p class="meta">${by(post.author)} ·
          ${post.state === "scheduled" ? html`${t("post.at")} ${time(post.publishAt)}` : time(post.publishedAt ?? post.createdAt)}
          ${post.revision > 1 ? html` · ${t("post.changed")} ${time(post.updatedAt)}` : nothing}</p>
        <div class="prose">${markup(post.html)}</div>
        ${tagList(post.tags)}
        ${this.bar()}
        ${post.revision > 1 && post.links.revisions ? html`<details @toggle=${this.history}><summary>${t("post.history")}</summary>
          ${this.revisions?.map((one) => html`<section class="old"><h3>${one.title}</h3><p class="meta">${time(one.writtenAt)}</p><pre tabindex="0">${one.body}</pre></section>`)}</details>` : nothing}
      </article>
      ${post.links.comments ? html`<post-comments .path=${this.path} .query=${this.query} .me=${this.me} .post=${post}></post-comments>` : nothing}`;
  }

  private bar() {
    const { post, reactions } = this;
    const button = (text: string, run: () => unknown, kind = "quiet", pressed?: boolean) =>
      html`<button type="button" class=${kind} aria-pressed=${pressed === undefined ? nothing : pressed ? "true" : "false"} @click=${run}>${text}</button>`;
    const edits = this.isOwn && !post!.deletedAt && !post!.locked && this.can("posts.write");
    return html`<div class="bar">
      ${reactions && !post!.deletedAt
        ? html`<ul class="reactions" aria-label=${t("post.reactions")}>${reactions.kinds.map((kind) => {
            const count = reactions.counts[kind] ?? 0;
            return html`<li><button type="button" class="reaction" aria-pressed=${reactions.mine.includes(kind) ? "true" : "false"} title=${t(`post.react.${kind}`)}
              aria-label=${t("post.react", { what: t(`post.react.${kind}`), n: count })} @click=${() => this.react(kind)}><span aria-hidden="true">${faces[kind] ?? kind}</span>${count ? html` <b>${count}</b>` : nothing}</button></li>`;
          })}</ul>
          ${button(this.kept ? t("post.keeps") : t("post.keep"), this.keep, "quiet", this.kept)}`
        : nothing}
      ${this.follows === undefined ? nothing : button(this.follows ? t("post.author.follows", { name: nameOf(post!.author) }) : t("post.author.follow", { name: nameOf(post!.author) }), this.follow, "quiet", this.follows)}
      ${post!.links.reports && !this.isOwn ? button(t("post.report"), () => report(addressOf(post!))) : nothing}
      ${post!.deletedAt && this.isOwn ? button(t("post.restore"), this.restore, "primary") : nothing}
      ${edits && post!.state !== "published" ? button(t("post.publish.now"), this.publish, "primary") : nothing}
      ${edits ? html`<a class="button quiet" href="${base}/${post!.id}?do=edit">${t("post.edit")}</a>` : nothing}
      ${edits ? button(t("post.delete"), this.erase, "quiet bad") : nothing}
      ${post!.links.hiding && !post!.deletedAt
        ? html`${button(post!.hidden ? t("post.show") : t("post.hide"), this.hide)}${button(post!.locked ? t("post.unlock") : t("post.lock"), this.lock)}
          ${post!.author && !this.isOwn ? html`<a class="button quiet" href="/console/moderation/bans?account=${post!.author.id}">${t("post.ban")}</a>` : nothing}`
        : nothing}
    </div>`;
  }
}

customElements.define("post-page", PostPage);
