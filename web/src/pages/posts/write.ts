import { api, Form, go, html, markup, nothing, Page, Problem, t, tagged, toast } from "../../kit";
import { addressOf, base, fieldOf, momentOf, visibilities, type Post } from "./types";

/** Where a post is written, beside what it will look like. */
class PostWrite extends Page {
  static override properties = { ...Page.properties, isOld: { state: true }, preview: { state: true }, timing: { state: true } };

  /** Somebody else, or one oneself elsewhere, has changed it since. */
  declare isOld: boolean;
  /** What the text becomes, as the server says. */
  declare preview: string;
  /** Whether it is published now, later, or stays a draft. */
  declare timing: string;

  private post: Post | undefined;
  private tag = "";
  private form = new Form(this);
  private typing: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor() {
    super();
    [this.isOld, this.preview, this.timing] = [false, "", "now"];
  }

  override async load() {
    const name = this.path[0];
    [this.post, this.tag, this.isOld] = [undefined, "", false];
    this.form.clear();
    if (name !== undefined) [this.post, this.tag] = await tagged<Post>(`/api/v1/posts/${encodeURIComponent(name)}`);
    this.preview = this.post?.html ?? "";
    this.timing = this.post?.state === "draft" ? "draft" : this.post?.state === "scheduled" ? "later" : "now";
  }

  private type = (body: string) => {
    clearTimeout(this.typing);
    const mine = ++this.asked;
    if (body.trim() === "") {
      this.preview = "";
      return;
    }

    this.typing = setTimeout(async () => {
      try {
        const { html: made } = await api.post("/api/v1/posts/preview", { body }, { quiet: true });
        if (mine === this.asked) this.preview = made;
      } catch (error) {
        // What is wrong with it is said when it is sent.
        if (!(error instanceof Problem)) throw error;
      }
    }, 300);
  };

  private save = (event: Event) =>
    this.form.submit(event, async (values) => {
      const isPublished = this.post?.state === "published";
      const text = {
        title: values.title,
        body: values.body,
        tags: values.tags!.split(",").map((tag) => tag.trim()).filter((tag) => tag !== ""),
        visibility: values.visibility,
        commentsClosed: values.commentsClosed === "on",
        commentsUntil: momentOf(values.commentsUntil) ?? null,
        ...(isPublished ? {} : { draft: this.timing === "draft", publishAt: this.timing === "later" ? (momentOf(values.publishAt) ?? null) : null }),
      };
      try {
        const stored = this.post
          ? await api.patch<Post>(addressOf(this.post), text, { headers: { "If-Match": this.tag } })
          : await api.post<Post>("/api/v1/posts", text, { idempotent: true });
        const isNew = stored.state === "published" && !isPublished;
        toast(isNew ? t("post.published") : stored.state === "scheduled" ? t("post.scheduled") : t("saved"));
        go(`${base}/${stored.id}`);
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 412) throw error;
        this.isOld = true;
      }
    });

  // What is in the form stays, and goes on top of what is there by now.
  private keepMine = async () => {
    this.tag = (await tagged<Post>(addressOf(this.post!), { quiet: true }))[1];
    this.isOld = false;
    await this.updateComplete;
    this.querySelector<HTMLFormElement>("form")!.requestSubmit();
  };

  view() {
    const { post } = this;
    if (this.path[0] !== undefined && !post) return html`<p class="loading">${t("loading")}</p>`;
    const isPublished = post?.state === "published";
    return html`
      <p class="crumbs"><a href=${base}>${t("post.title")}</a></p>
      <h1>${post ? t("post.edit.title") : t("post.write")}</h1>
      <div class="two even">
        <form class="card" novalidate @submit=${this.save}>
          ${this.isOld
            ? html`<div class="problem" role="alert"><p><strong>${t("post.old")}</strong> ${t("study.old.text")}</p>
                <div class="actions"><button type="button" @click=${() => this.reload()}>${t("study.old.theirs")}</button><button type="button" class="primary" @click=${this.keepMine}>${t("study.old.mine")}</button></div></div>`
            : this.form.problemBox()}
          ${this.form.field({ name: "title", label: t("post.field.title"), required: true, value: post?.title })}
          ${this.form.field({ name: "body", label: t("post.field.body"), type: "textarea", rows: 14, required: true, value: post?.body, help: t("post.markdown"), input: this.type })}
          ${this.form.field({ name: "tags", label: t("post.field.tags"), value: post?.tags.join(", "), placeholder: t("post.field.tags.like"), help: t("post.field.tags.help") })}
          ${this.form.field({ name: "visibility", label: t("post.field.visibility"), type: "select", value: post?.visibility ?? "public", options: visibilities.map((one): [string, string] => [one, t(`post.visibility.${one}.for`)]) })}
          ${isPublished ? nothing : html`
            ${this.form.field({ name: "timing", label: t("post.field.when"), type: "select", value: this.timing, options: ["now", "later", "draft"].map((one): [string, string] => [one, t(`post.when.${one}`)]), input: (value) => (this.timing = value) })}
            ${this.timing === "later" ? this.form.field({ name: "publishAt", label: t("post.field.publishAt"), type: "datetime-local", required: true, value: fieldOf(post?.publishAt) }) : nothing}`}
          <details ?open=${post?.commentsClosed || post?.commentsUntil !== undefined}><summary>${t("post.comments")}</summary>
            ${this.form.field({ name: "commentsClosed", label: t("post.field.closed"), type: "checkbox", value: post?.commentsClosed ?? false })}
            ${this.form.field({ name: "commentsUntil", label: t("post.field.until"), type: "datetime-local", value: fieldOf(post?.commentsUntil) })}
          </details>
          <div class="actions"><a class="button quiet" href=${post ? `${base}/${post.id}` : base}>${t("cancel")}</a>
            <button type="submit" class="primary" ?disabled=${this.form.busy}>${t(isPublished ? "save" : `post.do.${this.timing}`)}</button></div>
        </form>
        <section class="card preview" aria-live="off"><h2>${t("post.preview")}</h2>
          <div class="prose">${this.preview ? markup(this.preview) : html`<p class="help">${t("post.preview.none")}</p>`}</div></section>
      </div>`;
  }
}

customElements.define("post-write", PostWrite);
