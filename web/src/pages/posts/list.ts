import { api, attempt, empty, Form, go, html, markup, nothing, Page, Paged, Problem, query, t, toast, type List } from "../../kit";
import { base, by, marks, nameOf, tagList, when, type Author, type Summary } from "./types";

interface Suggestions {
  posts: { id: string; title: string }[];
  tags: string[];
}

interface Profile extends Author {
  postCount: number;
  followerCount: number;
}

const views = ["", "feed", "kept", "mine"];
const states = ["published", "drafts", "scheduled", "hidden", "deleted"];

/** An excerpt is a piece of the Markdown; here its marks would be in the way. */
function plainly(excerpt: string): string {
  return excerpt
    .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, "$1")
    .replace(/(^|\s)(#{1,6}|&gt;|[-*+]|\|?[-|\s:]*\|)(?=\s|$)/g, "$1")
    .replace(/\*\*|`|(?<![\w*])\*|\*(?![\w*])/g, "");
}

/** Posts: all that one may read, what one follows, what one keeps, one's own; found by words, tag and author. */
class PostList extends Page {
  static override properties = { ...Page.properties, suggestions: { state: true } };

  declare suggestions: Suggestions | undefined;

  private posts = new Paged<Summary>(this);
  private form = new Form(this);
  private author: Profile | undefined;
  private tag: { key: string; name: string } | undefined;
  private follows = false;
  private typing: ReturnType<typeof setTimeout> | undefined;

  private get shown(): string {
    const view = this.query.get("view") ?? "";
    return views.includes(view) ? view : "";
  }

  private get state(): string {
    const state = this.query.get("state") ?? "";
    return states.includes(state) ? state : states[0]!;
  }

  override async load() {
    const [q, tag, author] = ["q", "tag", "author"].map((name) => this.query.get(name));
    this.suggestions = undefined;
    await this.posts.start(
      this.shown === "feed" ? "/api/v1/feed?limit=20"
      : this.shown === "kept" ? "/api/v1/bookmarks?limit=20"
      : this.shown === "mine" ? query("/api/v1/posts", { ...(this.state === "published" ? { author: this.me.id } : { mine: this.state }), limit: 20 })
      : query("/api/v1/posts", { q, tag, author, limit: 20 }),
    );
    await this.learn(tag, author);
  }

  // Who and what the list is of, and whether one follows it.
  private async learn(tag: string | null | undefined, author: string | null | undefined) {
    [this.author, this.tag, this.follows] = [undefined, undefined, false];
    const quiet = { quiet: true };
    try {
      if (author) {
        const id = this.posts.items[0]?.author?.id ?? author;
        this.author = await api.get<Profile>(`/api/v1/users/${encodeURIComponent(id)}`, quiet);
        if (this.author.id !== this.me.id) this.follows = (await api.get(`/api/v1/authors/${this.author.id}/follow`, quiet)).follows;
      } else if (tag) {
        const [found, followed] = await Promise.all([api.get(`/api/v1/tags/${encodeURIComponent(tag)}`, quiet), api.get<List<{ key: string }>>("/api/v1/follows/tags?limit=500", quiet)]);
        this.tag = found;
        this.follows = followed.items.some((one) => one.key === found.key);
      }
    } catch (error) {
      // Nobody of that name, or no such tag: the list says it by being empty.
      if (!(error instanceof Problem)) throw error;
    }
  }

  private find = (event: Event) => this.form.submit(event, async (values) => go(query(base, values)));

  private suggest = (typed: string) => {
    clearTimeout(this.typing);
    if (!/[\p{L}\p{N}]/u.test(typed) || typed.length > 100) {
      this.suggestions = undefined;
      return;
    }

    this.typing = setTimeout(async () => {
      try {
        this.suggestions = await api.get<Suggestions>(query("/api/v1/suggestions", { typed }), { quiet: true });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        this.suggestions = undefined;
      }
    }, 200);
  };

  private follow = async () => {
    const at = this.author ? `/api/v1/authors/${this.author.id}/follow` : `/api/v1/tags/${encodeURIComponent(this.tag!.key)}/follow`;
    const name = this.author ? nameOf(this.author) : `#${this.tag!.name}`;
    if (!(await attempt(() => (this.follows ? api.delete(at) : api.put(at))))) return;
    this.follows = !this.follows;
    toast(this.follows ? t("post.followed", { name }) : t("post.unfollowed", { name }));
    this.requestUpdate();
  };

  view() {
    const { shown } = this;
    const tab = (view: string) => html`<a href=${query(base, { view })} aria-current=${view === shown ? "page" : nothing}>${t(`post.view.${view || "all"}`)}</a>`;
    return html`
      <div class="head"><h1>${t("post.title")}</h1>${this.can("posts.write") ? html`<a class="button primary" href="${base}?do=write">${t("post.write")}</a>` : nothing}</div>
      <nav class="tabs" aria-label=${t("post.title")}>${views.map(tab)}</nav>
      ${shown === "" ? this.search() : nothing}
      ${shown === "mine"
        ? html`<nav class="choose" aria-label=${t("post.view.mine")}>${states.map((state) => html`<a class="button quiet" href="${base}?view=mine&state=${state}" aria-current=${state === this.state ? "true" : nothing}>${t(`post.mine.${state}`)}</a>`)}</nav>`
        : nothing}
      ${this.of()}
      ${this.posts.items.length === 0 && !this.loading ? this.none() : html`<ul class="posts">${this.posts.items.map((post) => this.item(post))}</ul>${this.posts.button()}`}`;
  }

  private search() {
    const [q, tag, author] = ["q", "tag", "author"].map((name) => this.query.get(name) ?? "");
    const isFiltered = [q, tag, author].some((value) => value !== "");
    return html`<form class="filters" role="search" novalidate @submit=${this.find}>
        ${this.form.problemBox()}
        ${this.form.field({ name: "q", pointer: "?q", label: t("post.search"), placeholder: t("post.search.like"), value: q, input: this.suggest })}
        ${this.form.field({ name: "tag", pointer: "?tag", label: t("post.tag"), value: tag })}
        ${this.form.field({ name: "author", pointer: "?author", label: t("post.author"), placeholder: "player-1", value: this.author?.username ?? author })}
        <button type="submit">${t("post.find")}</button>
        ${isFiltered ? html`<a class="button quiet" href=${base}>${t("filter.clear")}</a>` : nothing}
      </form>
      <div role="status">${this.suggestions && (this.suggestions.posts.length || this.suggestions.tags.length)
        ? html`<p class="unseen">${t("post.suggested")}</p><ul class="suggested">
            ${this.suggestions.tags.map((name) => html`<li><a href="${base}?tag=${encodeURIComponent(name)}">#${name}</a></li>`)}
            ${this.suggestions.posts.map((post) => html`<li><a href="${base}/${post.id}">${post.title}</a></li>`)}
          </ul>`
        : nothing}</div>`;
  }

  private of() {
    if (!this.author && !this.tag) return nothing;
    const isOwn = this.author?.id === this.me.id;
    return html`<section class="card head">
      <div><h2>${this.author ? nameOf(this.author) : `#${this.tag!.name}`}</h2>
        ${this.author ? html`<p class="help">${t("post.count", { n: this.author.postCount })} · ${t("post.followers", { n: this.author.followerCount })}</p>` : nothing}</div>
      ${isOwn ? nothing : html`<button type="button" class=${this.follows ? "" : "primary"} aria-pressed=${this.follows ? "true" : "false"} @click=${this.follow}>${this.follows ? t("post.follows") : t("post.follow")}</button>`}
    </section>`;
  }

  private none() {
    const isFiltered = ["q", "tag", "author"].some((name) => this.query.get(name));
    const kind = this.shown !== "" ? this.shown : isFiltered ? "found" : "all";
    return empty(t(`post.none.${kind}`), t(`post.none.${kind}.text`));
  }

  private item(post: Summary) {
    return html`<li class="card">
      <div class="head"><h2><a href="${base}/${post.slug}">${post.titleHtml ? markup(post.titleHtml) : post.title}</a></h2><span class="marks">${marks(post)}</span></div>
      <p class="meta">${by(post.author)} · ${when(post)} · <a href="${base}/${post.slug}#comments">${t("post.comments.count", { n: post.commentCount })}</a></p>
      <p class="excerpt">${markup(plainly(post.excerpt))}</p>
      ${tagList(post.tags)}
    </li>`;
  }
}

customElements.define("post-list", PostList);
