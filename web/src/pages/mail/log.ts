import { api, empty, Form, go, html, Names, nothing, number, Page, Paged, query, t, table, time } from "../../kit";

interface Mail {
  id: string;
  kind: string;
  recipient: string;
  state: string;
  address?: string;
  detail?: string;
  attempts: number;
  createdAt: string;
  changedAt: string;
  dueAt: string;
  digest?: string;
  links: { self: string; notification: string };
}

const states = ["queued", "sending", "sent", "failed", "unknown", "suppressed", "withdrawn"];
const bad = ["failed", "unknown", "suppressed"];

/** The log of mails: to whom, of what kind, and what became of it. */
class MailLog extends Page {
  private mails = new Paged<Mail>(this);
  private kinds: string[] = [];
  private names = new Names(this);
  private form = new Form(this);

  override async load() {
    const [state, kind, address, account] = ["state", "kind", "address", "account"].map((name) => this.query.get(name));
    const [{ items }] = await Promise.all([
      api.get<{ items: { name: string }[] }>("/api/v1/notifications/kinds", { quiet: true }),
      this.mails.start(query("/api/v1/notifications/mails", { state, kind, address, account, limit: 30 })),
    ]);
    this.kinds = items.map((one) => one.name);
    await this.names.learn(this.mails.items.map((one) => one.recipient));
  }

  private more = async () => {
    await this.mails.more();
    await this.names.learn(this.mails.items.map((one) => one.recipient));
  };

  private find = (event: Event) => this.form.submit(event, async (values) => go(query("/console/mail", values)));

  view() {
    const value = (name: string) => this.query.get(name) ?? "";
    const all: [string, string] = ["", t("all")];
    return html`
      <form class="filters" novalidate @submit=${this.find}>
        ${this.form.problemBox()}
        ${this.form.field({ name: "address", pointer: "?address", label: t("mail.address"), value: value("address"), placeholder: "player@example.org" })}
        ${this.form.field({ name: "state", pointer: "?state", label: t("mail.state"), type: "select", value: value("state"), options: [all, ...states.map((one): [string, string] => [one, t(`mail.state.${one}`)])] })}
        ${this.form.field({ name: "kind", pointer: "?kind", label: t("mail.kind"), type: "select", value: value("kind"), options: [all, ...this.kinds.map((one): [string, string] => [one, one])] })}
        <button type="submit">${t("filter")}</button>
        ${this.query.size > 0 ? html`<a class="button quiet" href="/console/mail">${t("filter.clear")}</a>` : nothing}
      </form>
      ${this.mails.items.length === 0 && !this.loading
        ? empty(this.query.size > 0 ? t("mail.none.found") : t("mail.none"), this.query.size > 0 ? t("mail.none.found.text") : t("mail.none.text"))
        : html`${table(t("mail.log"), [
            { title: t("mail.when"), cell: (one) => time(one.createdAt) },
            { title: t("mail.recipient"), cell: (one) => html`<a href="/console/mail?account=${one.recipient}">${this.names.of(one.recipient)}</a>${one.address ? html`<small>${one.address}</small>` : nothing}` },
            { title: t("mail.kind"), cell: (one) => html`<code>${one.kind}</code>` },
            { title: t("mail.state"), wide: true, cell: (one) => html`<span class="tag ${bad.includes(one.state) ? "bad" : ""}">${t(`mail.state.${one.state}`)}</span>${one.detail ? html`<small>${one.detail}</small>` : nothing}${one.state === "queued" ? html`<small>${t("mail.due")} ${time(one.dueAt)}</small>` : nothing}` },
            { title: t("mail.changed"), cell: (one) => time(one.changedAt) },
            { title: t("mail.attempts"), end: true, cell: (one) => number(one.attempts) },
          ], this.mails.items)}
          ${this.mails.next ? html`<p class="more"><button type="button" ?disabled=${this.mails.busy} @click=${this.more}>${t("list.more")}</button></p>` : nothing}`}
      <details class="card"><summary>${t("mail.states")}</summary><dl class="facts">${states.map((one) => html`<dt>${t(`mail.state.${one}`)}</dt><dd>${t(`mail.state.${one}.text`)}</dd>`)}</dl></details>`;
  }
}

customElements.define("mail-log", MailLog);
