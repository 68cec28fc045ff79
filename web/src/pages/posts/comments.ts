import { api, attempt, Form, html, markup, nothing, Page, Paged, t, time, toast } from "../../kit";
import { report, withReason } from "./report";
import { addressOf, by, nameOf, type Comment, type Post } from "./types";

// The one that a notification led to may be some pages down.
const mostPages = 40;

/** What is said about a post, as a thread. */
class PostComments extends Page {
  static override properties = { ...Page.properties, post: { attribute: false }, answering: { state: true }, editing: { state: true } };

  declare post: Post;
  /** The comment that is being answered, or edited. */
  declare answering: string | undefined;
  declare editing: string | undefined;

  private comments = new Paged<Comment>(this);
  private form = new Form(this);
  private inner = new Form(this);
  private sought: string | undefined;

  override async load() {
    await this.comments.start(`${addressOf(this.post)}/comments?limit=100`, { quiet: true });
    const sought = this.query.get("comment") ?? undefined;
    for (let i = 0; sought && i < mostPages && this.comments.next && !this.comments.items.some((one) => one.id === sought); i++) await this.comments.more();
    this.sought = sought;
  }

  protected override updated(changed: Map<string, unknown>): void {
    super.updated(changed as never);
    const comment = this.sought && !this.loading ? this.querySelector<HTMLElement>(`#c-${CSS.escape(this.sought)}`) : null;
    if (comment) {
      this.sought = undefined;
      comment.scrollIntoView({ block: "center" });
      comment.focus({ preventScroll: true });
    }
  }

  private get takes(): boolean {
    const { post } = this;
    return post.state === "published" && !post.deletedAt && !post.hidden && !post.locked && !post.commentsClosed && (!post.commentsUntil || Date.parse(post.commentsUntil) > Date.now());
  }

  private say = (form: Form, parent?: Comment) => (event: Event) =>
    form.submit(event, async (values) => {
      await api.post(`${addressOf(this.post)}/comments`, { body: values.body, ...(parent ? { parent: parent.id } : {}) }, { idempotent: true });
      (event.target as HTMLFormElement).reset();
      this.answering = undefined;
      await this.reload();
    });

  private change = (comment: Comment) => (event: Event) =>
    this.inner.submit(event, async (values) => {
      await api.patch(comment.links.self, { body: values.body });
      this.editing = undefined;
      toast(t("saved"));
      await this.reload();
    });

  private async tell(run: () => Promise<unknown>) {
    await attempt(run);
    await this.reload();
  }

  private erase = (comment: Comment) =>
    this.tell(async () => {
      await api.delete(comment.links.self);
      toast(t("post.comment.deleted"), () => this.tell(() => api.post(`${comment.links.self}/restore`)));
    });

  private hide = async (comment: Comment) => {
    const at = `${comment.links.self}/hiding`;
    if (comment.hidden) return this.tell(() => api.delete(at));
    await withReason(t("post.comment.hide"), t("post.hide.text"), t("post.hide.action"), (reason) => api.put(at, { reason }));
    await this.reload();
  };

  private turn(what: "answering" | "editing", comment: Comment) {
    this.inner.clear();
    const isOpen = this[what] === comment.id;
    [this.answering, this.editing] = [undefined, undefined];
    if (!isOpen) this[what] = comment.id;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".comments form textarea")?.focus());
  }

  view() {
    const { items } = this.comments;
    const closed = this.post.locked ? t("post.comments.locked") : t("post.comments.closed");
    return html`<section id="comments" class="stack">
      <h2>${t("post.comments")}</h2>
      ${items.length === 0 ? html`<p class="help">${this.takes ? t("post.comments.none") : closed}</p>` : html`<ol class="comments">${items.map((one) => this.comment(one))}</ol>${this.comments.button()}`}
      ${this.takes && this.can("posts.write") ? this.box(this.form, t("post.comment"), this.say(this.form)) : items.length ? html`<p class="help">${closed}</p>` : nothing}
      ${this.post.commentsUntil && this.takes ? html`<p class="help">${t("post.comments.until")} ${time(this.post.commentsUntil)}</p>` : nothing}
    </section>`;
  }

  private box(form: Form, label: string, submit: (event: Event) => unknown, value = "", cancel?: () => void) {
    return html`<form class="card say" novalidate @submit=${submit}>
      ${form.problemBox()}
      ${form.field({ name: "body", label, type: "textarea", rows: 3, value, help: t("post.markdown") })}
      <div class="actions">${cancel ? html`<button type="button" class="quiet" @click=${cancel}>${t("cancel")}</button>` : nothing}
        <button type="submit" class="primary" ?disabled=${form.busy}>${t("post.comment.send")}</button></div>
    </form>`;
  }

  private comment(one: Comment) {
    const isOwn = one.author !== undefined && one.author.id === this.me.id;
    const isGone = one.deletedAt !== undefined;
    const name = nameOf(one.author);
    const action = (text: string, label: string, run: () => unknown, kind = "quiet") => html`<button type="button" class=${kind} aria-label=${label} @click=${run}>${text}</button>`;
    const classes = `d${Math.min(one.depth, 5)} ${one.id === this.query.get("comment") ? "sought" : ""}`;
    return html`<li id="c-${one.id}" class=${classes} tabindex="-1">
      <p class="meta"><strong>${one.body === undefined ? isGone ? t("post.comment.gone") : t("post.comment.hidden") : by(one.author)}</strong> · ${time(one.createdAt)}
        ${one.revision > 1 ? html` · ${t("post.comment.changed")}` : nothing}
        ${one.body !== undefined && isGone ? html` <span class="tag bad">${t("post.deleted")}</span>` : nothing}
        ${one.body !== undefined && one.hidden ? html` <span class="tag bad">${t("post.hidden")}</span>` : nothing}</p>
      ${this.editing === one.id
        ? this.box(this.inner, t("post.comment.edit"), this.change(one), one.body, () => this.turn("editing", one))
        : html`<div class="prose">${one.html === undefined ? nothing : markup(one.html, 2)}</div>`}
      ${one.body === undefined ? nothing : html`<div class="bar">
        ${this.takes && !isGone && this.can("posts.write") ? action(t("post.answer"), t("post.answer.to", { name }), () => this.turn("answering", one)) : nothing}
        ${isOwn && !isGone ? html`${action(t("post.edit"), t("post.comment.edit"), () => this.turn("editing", one))}${action(t("post.delete"), t("post.comment.delete"), () => this.erase(one), "quiet bad")}` : nothing}
        ${isOwn && isGone ? action(t("post.restore"), t("post.comment.restore"), () => this.tell(() => api.post(`${one.links.self}/restore`))) : nothing}
        ${!isOwn && !isGone ? action(t("post.report"), t("post.comment.report", { name }), () => report(one.links.self)) : nothing}
        ${this.can("posts.moderate") && !isGone ? action(one.hidden ? t("post.show") : t("post.hide"), one.hidden ? t("post.comment.show") : t("post.comment.hide"), () => this.hide(one)) : nothing}
      </div>`}
      ${this.answering === one.id ? this.box(this.inner, t("post.answer.to", { name }), this.say(this.inner, one), "", () => this.turn("answering", one)) : nothing}
    </li>`;
  }
}

customElements.define("post-comments", PostComments);
