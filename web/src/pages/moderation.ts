import { api, ask, attempt, definePage, empty, Form, go, html, markup, Names, nothing, Page, Paged, Problem, query, t, table, time, toast, type List } from "../kit";
import { addressOf, base, by, type Comment, type Post } from "./posts/types";

interface Report {
  id: string;
  post: string;
  comment?: string;
  reporter?: string;
  reason: string;
  note?: string;
  createdAt: string;
  outcome?: "dismissed" | "hidden";
  settledAt?: string;
  links: { self: string; subject: string; settlement: string };
}

interface Ban {
  account: string;
  reason: string;
  until?: string;
  at: string;
  links: { self: string };
}

const parts = ["open", "settled", "bans"];

/** What was reported, and who may not write: the work of moderators. */
class Moderation extends Page {
  private reports = new Paged<Report>(this);
  private bans = new Paged<Ban>(this);
  private form = new Form(this);
  private subjects = new Map<string, { post?: Post; comment?: Comment }>();
  private names = new Names(this);
  private audit: { id: string; at: string; action: string; actor?: string; subject: string }[] = [];

  private get tab(): string {
    return parts.includes(this.path[0] ?? "") ? this.path[0]! : "open";
  }

  override async load() {
    if (this.tab === "bans") {
      await this.bans.start("/api/v1/posting-bans?limit=30");
      await this.names.learn([...this.bans.items.map((ban) => ban.account), this.query.get("account") ?? ""]);
    } else {
      await this.reports.start(query("/api/v1/post-reports", { state: this.tab, limit: 20 }));
      await this.learn();
    }

    if (this.can("audit.read")) this.audit = (await api.get<List<any>>("/api/v1/audit?limit=200", { quiet: true })).items.filter((one) => one.module === "posts").slice(0, 20);
  }

  // What the reports are about; what is gone since stays unknown.
  private async learn() {
    const quiet = { quiet: true };
    await Promise.all(
      this.reports.items.filter((one) => !this.subjects.has(one.id) || !one.outcome).map(async (one) => {
        try {
          const [post, comment] = await Promise.all([api.get<Post>(`/api/v1/posts/${one.post}`, quiet), one.comment ? api.get<Comment>(one.links.subject, quiet) : undefined]);
          this.subjects.set(one.id, { post, comment });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          this.subjects.set(one.id, {});
        }
      }),
    );
    await this.names.learn(this.reports.items.map((one) => one.reporter));
  }

  private more = async () => {
    await this.reports.more();
    await this.learn();
  };

  private async tell(run: () => Promise<unknown>, said: string, undo?: () => Promise<unknown>) {
    if (await attempt(run)) toast(said, undo && (() => this.tell(undo, t("undone"))));
    await this.reload();
  }

  private settle = (report: Report, outcome: string) =>
    this.tell(() => api.post(report.links.settlement, { outcome }), t(`moderation.${outcome}.told`), outcome === "hidden" ? () => api.delete(`${report.links.subject}/hiding`) : undefined);

  private lock = (report: Report, post: Post) =>
    this.tell(() => (post.locked ? api.delete(`${addressOf(post)}/lock`) : api.put(`${addressOf(post)}/lock`, { reason: report.reason })), post.locked ? t("moderation.unlocked") : t("moderation.locked"));

  private ban = (event: Event) =>
    this.form.submit(event, async (values) => {
      await api.put(`/api/v1/posting-bans/${values.account}`, { reason: values.reason, ...(values.until ? { until: new Date(values.until).toISOString() } : {}) });
      toast(t("moderation.banned"));
      (event.target as HTMLFormElement).reset();
      if (this.query.size > 0) go("/console/moderation/bans", true);
      else await this.reload();
    });

  private lift = async (ban: Ban) => {
    const name = this.names.of(ban.account);
    if (await ask({ title: t("moderation.lift"), body: t("moderation.lift.text", { name }), action: t("moderation.lift"), run: () => api.delete(ban.links.self) })) await this.reload();
  };

  view() {
    const link = (part: string) => html`<a href="/console/moderation${part === "open" ? "" : `/${part}`}" aria-current=${part === this.tab ? "page" : nothing}>${t(`moderation.${part}`)}</a>`;
    return html`
      <h1>${t("moderation.title")}</h1>
      <nav class="tabs" aria-label=${t("moderation.title")}>${parts.map(link)}</nav>
      ${this.tab === "bans" ? this.showBans() : this.showReports()}
      ${this.audit.length
        ? html`<section class="card"><h2>${t("moderation.audit")}</h2>${table(t("moderation.audit"), [
            { title: t("trace.time"), cell: (one) => time(one.at) },
            { title: t("audit.action"), cell: (one) => html`<code>${one.action}</code>` },
            { title: t("audit.subject"), cell: (one) => html`<a href="/console/people/audit?subject=${encodeURIComponent(one.subject)}">${one.subject}</a>` },
          ], this.audit)}</section>`
        : nothing}`;
  }

  private showReports() {
    if (this.loading && this.reports.items.length === 0) return html`<p class="loading">${t("loading")}</p>`;
    if (this.reports.items.length === 0) return empty(t(`moderation.none.${this.tab}`), t(`moderation.none.${this.tab}.text`));
    return html`<ul class="posts">${this.reports.items.map((one) => this.report(one))}</ul>
      ${this.reports.next ? html`<p class="more"><button type="button" ?disabled=${this.reports.busy} @click=${this.more}>${t("list.more")}</button></p>` : nothing}`;
  }

  private report(report: Report) {
    const { post, comment } = this.subjects.get(report.id) ?? {};
    const author = report.comment ? comment?.author : post?.author;
    const at = post && `${base}/${post.id}${report.comment ? `?comment=${report.comment}` : ""}`;
    return html`<li class="card">
      <div class="head"><h2>${at ? html`<a href=${at}>${post!.title}</a>` : t("moderation.gone")}</h2>
        <span class="marks"><span class="tag bad">${t(`post.reason.${report.reason}`)}</span>${report.outcome ? html`<span class="tag">${t(`moderation.outcome.${report.outcome}`)}</span>` : nothing}</span></div>
      <p class="meta">${report.comment ? t("moderation.comment") : t("moderation.post")}${author ? html` · ${by(author)}` : nothing} · ${t("moderation.reported")} ${time(report.createdAt)}${report.reporter ? html` · ${this.names.of(report.reporter)}` : nothing}</p>
      ${report.note ? html`<p class="note">${report.note}</p>` : nothing}
      ${post ? html`<blockquote class="prose short">${markup((report.comment ? comment?.html : post.html) ?? "", 2)}</blockquote>` : nothing}
      ${report.outcome ? nothing : html`<div class="bar">
        <button type="button" class="danger" @click=${() => this.settle(report, "hidden")}>${t("moderation.hide")}</button>
        <button type="button" @click=${() => this.settle(report, "dismissed")}>${t("moderation.dismiss")}</button>
        ${post && !report.comment ? html`<button type="button" class="quiet" @click=${() => this.lock(report, post)}>${post.locked ? t("post.unlock") : t("post.lock")}</button>` : nothing}
        ${author ? html`<a class="button quiet" href="/console/moderation/bans?account=${author.id}">${t("post.ban")}</a>` : nothing}
      </div>`}
    </li>`;
  }

  private showBans() {
    const account = this.query.get("account") ?? "";
    return html`
      <form class="card" novalidate @submit=${this.ban}>
        <h2>${account ? t("moderation.ban.of", { name: this.names.of(account) }) : t("moderation.ban")}</h2><p class="help">${t("moderation.ban.text")}</p>
        ${this.form.problemBox()}
        <div class="inline">
          ${this.form.field({ name: "account", label: t("moderation.account"), required: true, value: account, help: t("moderation.account.help") })}
          ${this.form.field({ name: "reason", label: t("post.reason"), required: true })}
          ${this.form.field({ name: "until", label: t("moderation.until"), type: "datetime-local", help: t("moderation.until.help") })}
        </div>
        <div class="actions"><button type="submit" class="danger" ?disabled=${this.form.busy}>${t("moderation.ban")}</button></div>
      </form>
      ${this.bans.items.length === 0
        ? empty(t("moderation.none.bans"), t("moderation.none.bans.text"))
        : html`${table(t("moderation.bans"), [
            { title: t("moderation.account"), cell: (ban) => by({ id: ban.account, username: this.names.of(ban.account) }) },
            { title: t("post.reason"), wide: true, cell: (ban) => ban.reason },
            { title: t("moderation.since"), cell: (ban) => time(ban.at) },
            { title: t("moderation.until"), cell: (ban) => (ban.until ? time(ban.until) : t("moderation.forgood")) },
            { title: t("participant.actions"), cell: (ban) => html`<button type="button" class="quiet" aria-label=${t("moderation.lift.of", { name: this.names.of(ban.account) })} @click=${() => this.lift(ban)}>${t("moderation.lift")}</button>` },
          ], this.bans.items)}${this.bans.button()}`}`;
  }
}

definePage("moderation", Moderation);
