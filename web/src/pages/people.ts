import { api, ask, code, definePage, empty, Form, go, html, Names, nothing, number, openDialog, Page, Paged, query, t, table, time, toast } from "../kit";

interface Account {
  id: string;
  username: string;
  displayName?: string;
  email?: string;
  role: string;
  disabled: boolean;
  lockedUntil?: string;
  createdAt: string;
  password?: string;
}

interface Audited {
  id: string;
  at: string;
  module: string;
  action: string;
  actor?: string;
  subject: string;
  details?: string;
}

const roles = ["member", "researcher", "administrator"];

/** Accounts and what was done with them. */
class People extends Page {
  static override properties = { ...Page.properties, made: { state: true } };

  declare made: { username: string; password: string } | undefined;

  private search = new Form(this);
  private create = new Form(this);
  private accounts = new Paged<Account>(this);
  private audit = new Paged<Audited>(this);
  private names = new Names(this);

  private get tab(): string {
    const first = this.can("accounts.read") ? "accounts" : "audit";
    return this.path[0] === "audit" || this.path[0] === "accounts" ? this.path[0] : first;
  }

  override async load() {
    if (this.tab === "accounts") {
      await this.accounts.start(query("/api/v1/users", { search: this.query.get("search"), role: this.query.get("role"), limit: 100 }));
    } else {
      await this.audit.start(query("/api/v1/audit", { action: this.query.get("action"), subject: this.query.get("subject"), actor: this.query.get("actor"), limit: 100 }));
      // The trail has ids; people have names, as long as they are there.
      if (this.can("accounts.read")) await this.names.learn(this.audit.items.flatMap((row) => [row.actor, row.subject]));
    }
  }

  view() {
    const tabs = [...(this.can("accounts.read") ? ["accounts"] : []), ...(this.can("audit.read") ? ["audit"] : [])];
    return html`
      <h1>${t("people.title")}</h1>
      <nav class="tabs" aria-label=${t("people.title")}>
        ${tabs.map((name) => html`<a href="/console/people/${name}" aria-current=${name === this.tab ? "page" : nothing}>${t(`people.${name}`)}</a>`)}
      </nav>
      ${this.tab === "accounts" ? this.showAccounts() : this.showAudit()}
    `;
  }

  private find = (event: Event) => this.search.submit(event, async (values) => go(query("/console/people/accounts", values)));

  private make = (event: Event) =>
    this.create.submit(event, async (values) => {
      const account = await api.post<Account>("/api/v1/users", { username: values.username, role: values.role, ...(values.email ? { email: values.email } : {}) }, { idempotent: true });
      this.made = { username: account.username, password: account.password! };
      (event.target as HTMLFormElement).reset();
      await this.reload();
    });

  private change = async (account: Account, change: Partial<Account>, said: string) => {
    const before = Object.fromEntries(Object.keys(change).map((name) => [name, account[name as keyof Account] ?? null]));
    const put = async (what: object) => {
      await api.patch(`/api/v1/users/${account.id}`, what);
      await this.reload();
    };
    await put(change);
    toast(said, () => put(before));
  };

  private actions = async (account: Account) => {
    const chosen = await openDialog<string>(account.displayName ?? account.username, (close) => html`
      <div class="dialog-body"><p>${account.username} · ${t(`role.${account.role}`)}</p></div>
      <div class="choices">
        ${roles.filter((role) => role !== account.role).map((role) => html`<button type="button" @click=${() => close(`role:${role}`)}><strong>${t("people.role.give", { role: t(`role.${role}`) })}</strong><span>${t(`role.${role}.text`)}</span></button>`)}
        <button type="button" @click=${() => close("password")}><strong>${t("people.reset")}</strong><span>${t("people.reset.text")}</span></button>
        <button type="button" @click=${() => close("disable")}><strong>${account.disabled ? t("people.enable") : t("people.disable")}</strong><span>${account.disabled ? t("people.enable.text") : t("people.disable.text")}</span></button>
        <button type="button" class="bad" @click=${() => close("erase")}><strong>${t("people.erase")}</strong><span>${t("people.erase.text")}</span></button>
      </div>
      <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button></div>`);
    if (chosen?.startsWith("role:")) {
      const role = chosen.slice(5);
      await this.change(account, { role }, t("people.role.given", { who: account.username, role: t(`role.${role}`) }));
    } else if (chosen === "disable") {
      await this.change(account, { disabled: !account.disabled }, t(account.disabled ? "people.enabled" : "people.disabled", { who: account.username }));
    } else if (chosen === "password") {
      await ask({ title: t("people.reset"), body: t("people.reset.sure", { who: account.username }), action: t("people.reset"), danger: true, run: async () => (this.made = await api.post(`/api/v1/users/${account.id}/password`)) });
    } else if (chosen === "erase") {
      await this.erase(account);
    }
  };

  private erase = async (account: Account) => {
    const at = (form: string, dryRun: boolean) => query(`/api/v1/users/${account.id}`, { form, dryRun });
    const report = await api.delete<{ sections: Record<string, Record<string, number>> }>(at("destroy", true), { quiet: true });
    const counts = Object.values(report.sections).flatMap((section) => Object.entries(section)).filter(([, count]) => count > 0);
    const form = await openDialog<string>(t("erase.title", { who: account.username }), (close) => html`
      <div class="dialog-body"><p>${t("me.erase.counts")}</p><ul class="counts">${counts.map(([name, count]) => html`<li>${name}: ${number(count)}</li>`)}</ul></div>
      <div class="choices">${["anonymise", "destroy"].map((value) => html`<button type="button" @click=${() => close(value)}><strong>${t(`erase.${value}`)}</strong><span>${t(`erase.${value}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button></div>`);
    if (!form) return;
    const done = await ask({ title: t(`erase.${form}`), body: t("people.erase.sure", { who: account.username }), action: t("erase.action"), danger: true, run: () => api.delete(at(form, false)) });
    if (done) {
      toast(t("erase.done"));
      await this.reload();
    }
  };

  private showAccounts() {
    const canManage = this.can("accounts.manage");
    return html`
      ${this.made ? html`<section class="card"><h2>${t("people.made", { who: this.made.username })}</h2><p class="note">${t("people.once")}</p>${code(this.made.password, t("login.password"))}</section>` : nothing}
      <form class="filters" novalidate @submit=${this.find}>
        ${this.search.field({ name: "search", pointer: "?search", label: t("people.search"), value: this.query.get("search") })}
        ${this.search.field({ name: "role", pointer: "?role", label: t("me.role"), type: "select", value: this.query.get("role") ?? "", options: [["", t("all")], ...roles.map((r) => [r, t(`role.${r}`)] as [string, string])] })}
        <button type="submit">${t("filter")}</button>
      </form>
      ${this.loading && !this.accounts.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.accounts.items.length === 0
        ? empty(t("people.none"), t("people.none.text"))
        : html`${table(
            t("people.accounts"),
            [
              { title: t("login.username"), wide: true, cell: (a: Account) => html`${a.username}${a.displayName ? html`<small>${a.displayName}</small>` : nothing}` },
              { title: t("me.role"), cell: (a) => html`<span class="tag">${t(`role.${a.role}`)}</span>${a.disabled ? html` <span class="tag bad">${t("people.isdisabled")}</span>` : nothing}${a.lockedUntil ? html` <span class="tag bad">${t("people.islocked")}</span>` : nothing}` },
              { title: t("me.email"), cell: (a) => a.email ?? nothing },
              { title: t("study.created"), cell: (a) => time(a.createdAt, "day") },
              ...(canManage ? [{ title: t("participant.actions"), cell: (a: Account) => html`<button type="button" class="quiet" aria-label=${t("people.actions", { who: a.username })} @click=${() => this.actions(a)}>${t("people.change")}</button>` }] : []),
            ],
            this.accounts.items,
          )}${this.accounts.button()}`}
      ${canManage
        ? html`<form class="card" novalidate @submit=${this.make}>
            <h2>${t("people.create")}</h2><p class="help">${t("people.create.text")}</p>
            ${this.create.problemBox()}
            <div class="inline">
              ${this.create.field({ name: "username", label: t("login.username"), required: true })}
              ${this.create.field({ name: "role", label: t("me.role"), type: "select", value: "researcher", options: roles.map((r) => [r, t(`role.${r}`)] as [string, string]) })}
              ${this.create.field({ name: "email", label: t("me.email"), type: "email" })}
            </div>
            <div class="actions"><button type="submit" class="primary" ?disabled=${this.create.busy}>${t("people.create")}</button></div>
          </form>`
        : nothing}`;
  }

  private showAudit() {
    const name = (id: string | undefined) => (id === undefined ? t("people.server") : this.names.of(id));
    return html`
      <form class="filters" novalidate @submit=${(event: Event) => this.search.submit(event, async (values) => go(query("/console/people/audit", values)))}>
        ${this.search.field({ name: "action", pointer: "?action", label: t("audit.action"), value: this.query.get("action") })}
        ${this.search.field({ name: "subject", pointer: "?subject", label: t("audit.subject"), value: this.query.get("subject") })}
        <button type="submit">${t("filter")}</button>
      </form>
      ${this.loading && !this.audit.items.length ? html`<p class="loading">${t("loading")}</p>`
      : this.audit.items.length === 0
        ? empty(t("audit.none"), t("audit.none.text"))
        : html`${table(
            t("people.audit"),
            [
              { title: t("trace.time"), cell: (a: Audited) => time(a.at) },
              { title: t("audit.action"), cell: (a) => html`<a href=${query("/console/people/audit", { action: a.action })}>${a.action}</a>` },
              { title: t("audit.actor"), cell: (a) => name(a.actor) },
              { title: t("audit.subject"), cell: (a) => html`<a href=${query("/console/people/audit", { subject: a.subject })}>${name(a.subject)}</a>` },
              { title: t("audit.details"), cell: (a) => (a.details ? html`<code class="rest">${a.details}</code>` : nothing) },
            ],
            this.audit.items,
          )}${this.audit.button()}`}`;
  }
}

definePage("people", People);
