import { api, ask, definePage, empty, html, nothing, number, Page, Paged, query, t, table, time, toast } from "../kit";

interface Job {
  id: string;
  module: string;
  kind: string;
  state: "waiting" | "running" | "parked";
  dueAt: string;
  attempts: number;
  progress?: string;
  error?: string;
  parkedAt?: string;
}

interface Parked {
  id: string;
  module: string;
  name: string;
  key: string;
  parkedAt: string;
  attempts: number;
  error: string;
}

interface Health {
  status: "healthy" | "degraded" | "unhealthy";
  checks: Record<string, { status: string; durationMilliseconds?: number }>;
}

/** How the server is, what needs a hand, and what it does in the background. */
class Server extends Page {
  static override properties = { ...Page.properties, health: { state: true } };

  declare health: Health | undefined;

  private parkedJobs = new Paged<Job>(this);
  private jobs = new Paged<Job>(this);
  private events = new Paged<Parked>(this);
  private version = "";
  private modules: string[] = [];

  override async load() {
    const [health, entry] = await Promise.all([
      // Ill is an answer, too.
      fetch("/health").then((reply) => reply.json() as Promise<Health>),
      api.get("/api/v1", { quiet: true }),
      this.parkedJobs.start("/api/v1/jobs?state=parked&limit=50", { quiet: true }),
      this.jobs.start("/api/v1/jobs?limit=100"),
      this.can("events.manage") ? this.events.start("/api/v1/events/parked?limit=50", { quiet: true }) : undefined,
    ]);
    this.health = health;
    this.version = entry.version;
    this.modules = entry.modules;
  }

  private retry = async (job: Job) => {
    await api.post(`/api/v1/jobs/${job.id}/retry`);
    toast(t("server.job.retried"));
    await this.reload();
  };

  private drop = async (job: Job) => {
    const done = await ask({ title: t("server.drop"), body: t("server.job.drop.text", { kind: job.kind }), action: t("server.drop"), danger: true, run: () => api.delete(`/api/v1/jobs/${job.id}`) });
    if (done) await this.reload();
  };

  private replay = async (event: Parked) => {
    await api.post(query(`/api/v1/events/parked/${event.id}/replay`, { module: event.module }));
    toast(t("server.event.replayed"));
    await this.reload();
  };

  private dropEvent = async (event: Parked) => {
    const done = await ask({ title: t("server.drop"), body: t("server.event.drop.text", { name: event.name }), action: t("server.drop"), danger: true, run: () => api.delete(query(`/api/v1/events/parked/${event.id}`, { module: event.module })) });
    if (done) await this.reload();
  };

  private rotate = async () => {
    const done = await ask({ title: t("server.rotate"), body: t("server.rotate.text"), action: t("server.rotate"), run: () => api.post("/api/v1/signing-keys/rotate") });
    if (done) toast(t("server.rotated"));
  };

  view() {
    if (!this.health) return html`<p class="loading">${t("loading")}</p>`;
    const parked = this.parkedJobs.items.length + this.events.items.length;
    return html`
      <h1>${t("server.title")}</h1>
      <p class="lead">${t("server.version", { version: this.version, modules: this.modules.join(", ") })}</p>
      <section class="card">
        <h2>${t("server.health")}</h2>
        <ul class="checks">
          <li><span class="dot ${this.health.status}" aria-hidden="true"></span><strong>${t(`health.${this.health.status}`)}</strong></li>
          ${Object.entries(this.health.checks).map(([name, check]) => html`<li><span class="dot ${check.status}" aria-hidden="true"></span>${name}: ${t(`health.${check.status}`)}</li>`)}
        </ul>
      </section>
      <section>
        <h2>${t("server.hand")}</h2>
        ${parked === 0 ? html`<p class="good">${t("server.hand.none")}</p>` : nothing}
        ${this.parkedJobs.items.length ? table(t("server.jobs.parked"), [...this.columns, {
          title: t("participant.actions"), cell: (j: Job) => html`<span class="row"><button type="button" class="quiet" @click=${() => this.retry(j)}>${t("server.retry")}</button><button type="button" class="quiet bad" @click=${() => this.drop(j)}>${t("server.drop")}</button></span>`,
        }], this.parkedJobs.items) : nothing}
        ${this.events.items.length ? table(t("server.events"), [
          { title: t("server.event"), cell: (e: Parked) => e.name },
          { title: t("server.module"), cell: (e) => e.module },
          { title: t("server.since"), cell: (e) => time(e.parkedAt) },
          { title: t("server.attempts"), end: true, cell: (e) => number(e.attempts) },
          { title: t("server.error"), wide: true, cell: (e) => e.error },
          { title: t("participant.actions"), cell: (e) => html`<span class="row"><button type="button" class="quiet" @click=${() => this.replay(e)}>${t("server.replay")}</button><button type="button" class="quiet bad" @click=${() => this.dropEvent(e)}>${t("server.drop")}</button></span>` },
        ], this.events.items) : nothing}
      </section>
      <section>
        <h2>${t("server.jobs")}</h2>
        ${this.jobs.items.length ? html`${table(t("server.jobs"), this.columns, this.jobs.items)}${this.jobs.button()}` : empty(t("server.jobs.none"), t("server.jobs.none.text"))}
      </section>
      ${this.me.role === "administrator" ? html`<section class="card"><h2>${t("server.keys")}</h2><p class="help">${t("server.keys.text")}</p><div class="actions"><button type="button" @click=${this.rotate}>${t("server.rotate")}</button></div></section>` : nothing}
    `;
  }

  private get columns() {
    return [
      { title: t("server.kind"), cell: (j: Job) => j.kind },
      { title: t("server.module"), cell: (j: Job) => j.module },
      { title: t("server.state"), cell: (j: Job) => html`<span class="tag ${j.state === "parked" ? "bad" : ""}">${t(`job.${j.state}`)}</span>` },
      { title: t("server.due"), cell: (j: Job) => time(j.parkedAt ?? j.dueAt) },
      { title: t("server.attempts"), end: true, cell: (j: Job) => number(j.attempts) },
      { title: t("server.error"), wide: true, cell: (j: Job) => j.error ?? j.progress ?? nothing },
    ];
  }
}

definePage("server", Server);
