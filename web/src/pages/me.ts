import { api, ask, code, definePage, empty, Form, html, nothing, number, openDialog, Page, Paged, query, renew, t, table, time, toast } from "../kit";
import "./me/factor";

interface Session {
  id: string;
  userAgent?: string;
  createdAt: string;
  refreshedAt: string;
  expiresAt: string;
  current: boolean;
}

interface ApiKey {
  id: string;
  name?: string;
  hint: string;
  permissions: string[];
  createdAt: string;
  expiresAt?: string;
  lastUsedAt?: string;
  key?: string;
}

interface Opening {
  at: string;
  action: string;
  by?: string;
  study: string;
}

type Tab = "profile" | "factor" | "sessions" | "keys" | "data";
const tabs: Tab[] = ["profile", "factor", "sessions", "keys", "data"];

/** One's own account: who one is, where one is logged in, and what is kept. */
class Me extends Page {
  static override properties = { ...Page.properties, account: { state: true }, key: { state: true }, sections: { state: true }, openings: { state: true } };

  declare account: Record<string, string | undefined> | undefined;
  declare key: string | undefined;
  declare sections: Record<string, unknown> | undefined;
  declare openings: Opening[];

  private profile = new Form(this);
  private password = new Form(this);
  private newKey = new Form(this);
  private sessions = new Paged<Session>(this);
  private keys = new Paged<ApiKey>(this);

  private get tab(): Tab {
    return tabs.find((name) => name === this.path[0]) ?? "profile";
  }

  override async load() {
    switch (this.tab) {
      case "profile":
        this.account = await api.get("/api/v1/me");
        break;
      case "sessions":
        await this.sessions.start("/api/v1/me/sessions?limit=50");
        break;
      case "keys":
        await this.keys.start("/api/v1/api-keys?limit=50");
        break;
      case "data": {
        const data = await api.get("/api/v1/me/data");
        this.sections = data;
        this.openings = this.findOpenings(data);
        break;
      }
    }
  }

  // Who looked at who is behind a pseudonym stands with each study that one takes part in.
  private findOpenings(data: Record<string, unknown>): Opening[] {
    const found: Opening[] = [];
    const walk = (value: unknown, study: string) => {
      if (value === null || typeof value !== "object") return;
      for (const [name, inner] of Object.entries(value)) {
        if (name === "identityOpenings" && Array.isArray(inner)) found.push(...inner.map((o) => ({ ...o, study })));
        else walk(inner, Array.isArray(value) ? study : name);
      }
    };
    walk(data, "");
    return found.sort((a, b) => b.at.localeCompare(a.at));
  }

  view() {
    return html`
      <h1>${t("me.title")}</h1>
      <nav class="tabs" aria-label=${t("me.title")}>
        ${tabs.map((name) => html`<a href="/console/me/${name}" aria-current=${name === this.tab ? "page" : nothing}>${t(`me.${name}`)}</a>`)}
      </nav>
      ${this.tab === "factor" ? html`<me-factor .path=${this.path} .query=${this.query} .me=${this.me}></me-factor>` : this.tab === "profile" ? this.showProfile() : this.tab === "sessions" ? this.showSessions() : this.tab === "keys" ? this.showKeys() : this.showData()}
    `;
  }

  private saveProfile = (event: Event) =>
    this.profile.submit(event, async (values) => {
      const { displayName, email } = values;
      this.account = await api.patch("/api/v1/me", { displayName: displayName || null, email: email || null });
      toast(t("saved"));
    });

  private changePassword = (event: Event) =>
    this.password.submit(event, async (values) => {
      await api.put("/api/v1/me/password", { currentPassword: values.currentPassword, newPassword: values.newPassword, keepApiKeys: values.keepApiKeys === "on" }, { secret: true });
      (event.target as HTMLFormElement).reset();
      toast(t("me.password.done"));
    });

  private showProfile() {
    if (!this.account) return html`<p class="loading">${t("loading")}</p>`;
    return html`<div class="grid">
      <form class="card" novalidate @submit=${this.saveProfile}>
        <h2>${t("me.profile")}</h2>
        ${this.profile.problemBox()}
        <dl class="facts"><dt>${t("login.username")}</dt><dd>${this.account.username}</dd><dt>${t("me.role")}</dt><dd>${t(`role.${this.account.role}`)}</dd><dt>${t("study.created")}</dt><dd>${time(this.account.createdAt, "day")}</dd></dl>
        ${this.profile.field({ name: "displayName", label: t("me.displayname"), value: this.account.displayName, autocomplete: "name" })}
        ${this.profile.field({ name: "email", label: t("me.email"), type: "email", value: this.account.email, autocomplete: "email" })}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.profile.busy}>${t("save")}</button></div>
      </form>
      <form class="card" novalidate @submit=${this.changePassword}>
        <h2>${t("me.password")}</h2>
        <p class="help">${t("me.password.help")}</p>
        ${this.password.problemBox()}
        ${this.password.field({ name: "currentPassword", label: t("me.password.current"), type: "password", autocomplete: "current-password", required: true })}
        ${this.password.field({ name: "newPassword", label: t("me.password.new"), type: "password", autocomplete: "new-password", required: true })}
        ${this.password.field({ name: "keepApiKeys", label: t("me.password.keep"), type: "checkbox" })}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.password.busy}>${t("me.password.action")}</button></div>
      </form>
    </div>`;
  }

  private end = async (session: Session) => {
    await api.delete(`/api/v1/me/sessions/${session.id}`);
    toast(t("me.session.ended"));
    await this.reload();
  };

  private endAll = async () => {
    const done = await ask({
      title: t("me.sessions.endall"),
      body: t("me.sessions.endall.text"),
      action: t("me.sessions.endall"),
      danger: true,
      run: () => api.post("/api/v1/auth/logout?everywhere=true"),
    });
    if (done) location.assign("/console");
  };

  private showSessions() {
    if (this.loading && !this.sessions.items.length) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <div class="head"><p class="lead">${t("me.sessions.lead")}</p><button type="button" class="quiet bad" @click=${this.endAll}>${t("me.sessions.endall")}</button></div>
      ${table(
        t("me.sessions"),
        [
          { title: t("me.session.where"), wide: true, cell: (s: Session) => html`${this.agent(s.userAgent)}${s.current ? html` <span class="tag">${t("me.session.current")}</span>` : nothing}` },
          { title: t("me.session.since"), cell: (s) => time(s.createdAt) },
          { title: t("me.session.used"), cell: (s) => time(s.refreshedAt) },
          { title: t("participant.actions"), cell: (s) => (s.current ? nothing : html`<button type="button" class="quiet bad" @click=${() => this.end(s)}>${t("me.session.end")}</button>`) },
        ],
        this.sessions.items,
      )}${this.sessions.button()}`;
  }

  // What people call the thing; the whole of what it calls itself for whoever points at it.
  private agent(text: string | undefined) {
    if (!text) return t("me.session.unknown");
    const browser = /Edg\//.test(text) ? "Edge" : /Firefox\//.test(text) ? "Firefox" : /Chrom(e|ium)\//.test(text) ? "Chrome" : /Safari\//.test(text) ? "Safari" : text.split(" ")[0];
    const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(text)?.[0].replace("Mac OS X", "macOS");
    return html`<span title=${text}>${browser}${system ? `, ${system}` : ""}</span>`;
  }

  private makeKey = (event: Event) =>
    this.newKey.submit(event, async (values) => {
      const permissions = this.me.permissions.filter((p) => values[`can-${p}`] === "on");
      const made = await api.post<ApiKey>(
        "/api/v1/api-keys",
        { permissions, ...(values.name ? { name: values.name } : {}), ...(values.days ? { expiresAt: new Date(Date.now() + Number(values.days) * 86_400_000).toISOString() } : {}) },
        { idempotent: true },
      );
      this.key = made.key;
      (event.target as HTMLFormElement).reset();
      await this.reload();
    });

  private deleteKey = async (key: ApiKey) => {
    const done = await ask({ title: t("me.key.delete"), body: t("me.key.delete.text", { key: key.name ?? key.hint }), action: t("me.key.delete"), danger: true, run: () => api.delete(`/api/v1/api-keys/${key.id}`) });
    if (done) await this.reload();
  };

  private showKeys() {
    return html`
      ${this.key ? html`<section class="card"><h2>${t("me.key.made")}</h2><p class="note">${t("me.key.once")}</p>${code(this.key, t("me.key"))}</section>` : nothing}
      ${this.keys.items.length === 0
        ? empty(t("me.keys.none"), t("me.keys.none.text"))
        : html`${table(
            t("me.keys"),
            [
              { title: t("me.key.name"), wide: true, cell: (k: ApiKey) => html`${k.name ?? nothing} <small>${k.hint}…</small>` },
              { title: t("me.key.can"), cell: (k) => k.permissions.map((p) => html`<span class="tag">${p}</span> `) },
              { title: t("study.created"), cell: (k) => time(k.createdAt, "day") },
              { title: t("me.key.expires"), cell: (k) => (k.expiresAt ? time(k.expiresAt, "day") : t("never")) },
              { title: t("me.key.used"), cell: (k) => (k.lastUsedAt ? time(k.lastUsedAt) : t("never")) },
              { title: t("participant.actions"), cell: (k) => html`<button type="button" class="quiet bad" @click=${() => this.deleteKey(k)}>${t("me.key.delete")}</button>` },
            ],
            this.keys.items,
          )}${this.keys.button()}`}
      <form class="card" novalidate @submit=${this.makeKey}>
        <h2>${t("me.key.new")}</h2>
        ${this.newKey.problemBox()}
        ${this.newKey.field({ name: "name", label: t("me.key.name"), placeholder: t("me.key.name.example") })}
        ${this.newKey.field({ name: "days", pointer: "/expiresAt", label: t("me.key.days"), type: "number", value: 365 })}
        <fieldset><legend>${t("me.key.can")}</legend>
          <div class="checks">${this.me.permissions.map((p) => this.newKey.field({ name: `can-${p}`, label: p, type: "checkbox" }))}</div>
        </fieldset>
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.newKey.busy}>${t("me.key.action")}</button></div>
      </form>`;
  }

  private download = async () => {
    await renew();
    const link = document.createElement("a");
    link.href = "/api/v1/me/data?download=true";
    link.download = "";
    link.click();
  };

  private erase = async () => {
    const at = (form: string, dryRun: boolean) => query("/api/v1/me", { form, dryRun });
    const report = await api.delete<{ sections: Record<string, Record<string, number>> }>(at("destroy", true), { quiet: true });
    const counts = Object.values(report.sections).flatMap((section) => Object.entries(section)).filter(([, count]) => count > 0);
    const form = await openDialog<string>(t("me.erase"), (close) => html`
      <div class="dialog-body"><p>${t("me.erase.counts")}</p><ul class="counts">${counts.map(([name, count]) => html`<li>${name}: ${number(count)}</li>`)}</ul></div>
      <div class="choices">${["anonymise", "destroy"].map((value) => html`<button type="button" @click=${() => close(value)}><strong>${t(`erase.${value}`)}</strong><span>${t(`erase.${value}.text`)}</span></button>`)}</div>
      <div class="actions"><button type="button" class="quiet" @click=${() => close()}>${t("cancel")}</button></div>`);
    if (!form) return;
    const done = await ask({ title: t("me.erase"), body: t("me.erase.sure"), action: t("me.erase.action"), danger: true, run: () => api.delete(at(form, false)) });
    if (done) {
      await fetch("/api/v1/auth/cookies", { method: "DELETE" });
      location.assign("/console");
    }
  };

  private showData() {
    if (!this.sections) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <div class="head"><p class="lead">${t("me.data.lead")}</p><button type="button" class="primary" @click=${this.download}>${t("me.data.download")}</button></div>
      <section>
        ${Object.entries(this.sections).map(([name, section]) => html`<details class="card"><summary>${name}</summary><div class="code"><pre tabindex="0">${JSON.stringify(section, null, 2)}</pre></div></details>`)}
      </section>
      <section class="card">
        <h2>${t("me.openings")}</h2>
        ${this.openings.length === 0
          ? html`<p class="help">${t("me.openings.none")}</p>`
          : table(t("me.openings"), [
              { title: t("trace.time"), cell: (o: Opening) => time(o.at) },
              { title: t("me.opening.by"), cell: (o) => o.by ?? t("me.opening.unknown") },
              { title: t("me.opening.what"), cell: (o) => t(`opening.${o.action}`) },
              { title: t("study.name"), cell: (o) => o.study },
            ], this.openings)}
      </section>
      <section class="card danger">
        <h2>${t("me.erase")}</h2><p class="help">${t("me.erase.help")}</p>
        <div class="actions"><button type="button" class="danger" @click=${this.erase}>${t("me.erase")}</button></div>
      </section>`;
  }
}

definePage("me", Me);
