import { api, ask, empty, html, nothing, number, Page, Paged, query, t, table, time, toast } from "../../kit";
import type { Job, Parked } from "./types";

/** What waits, runs, or stands still until somebody decides. */
class ServerJobs extends Page {
  private parked = new Paged<Job>(this);
  private jobs = new Paged<Job>(this);
  private events = new Paged<Parked>(this);

  override async load() {
    await Promise.all([
      this.parked.start("/api/v1/jobs?state=parked&limit=50", { quiet: true }),
      this.can("events.manage") ? this.events.start("/api/v1/events/parked?limit=50", { quiet: true }) : undefined,
      this.jobs.start("/api/v1/jobs?limit=100"),
    ]);
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

  view() {
    if (this.loading && !this.jobs.items.length) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <section>
        <h2>${t("server.hand")}</h2>
        ${this.parked.items.length + this.events.items.length === 0 ? html`<p class="good">${t("server.hand.none")}</p>` : nothing}
        ${this.parked.items.length ? html`${table(t("server.jobs.parked"), [...this.columns, {
          title: t("participant.actions"), cell: (j: Job) => html`<span class="row"><button type="button" class="quiet" @click=${() => this.retry(j)}>${t("server.retry")}</button><button type="button" class="quiet bad" @click=${() => this.drop(j)}>${t("server.drop")}</button></span>`,
        }], this.parked.items)}${this.parked.button()}` : nothing}
      </section>
      ${this.events.items.length ? html`<section><h2>${t("server.events")}</h2>${table(t("server.events"), [
        { title: t("server.event"), cell: (e: Parked) => e.name },
        { title: t("server.module"), cell: (e) => e.module },
        { title: t("server.since"), cell: (e) => time(e.parkedAt) },
        { title: t("server.attempts"), end: true, cell: (e) => number(e.attempts) },
        { title: t("server.error"), wide: true, cell: (e) => e.error },
        { title: t("participant.actions"), cell: (e) => html`<span class="row"><button type="button" class="quiet" @click=${() => this.replay(e)}>${t("server.replay")}</button><button type="button" class="quiet bad" @click=${() => this.dropEvent(e)}>${t("server.drop")}</button></span>` },
      ], this.events.items)}${this.events.button()}</section>` : nothing}
      <section>
        <h2>${t("server.jobs.all")}</h2>
        ${this.jobs.items.length ? html`${table(t("server.jobs.all"), this.columns, this.jobs.items)}${this.jobs.button()}` : empty(t("server.jobs.none"), t("server.jobs.none.text"))}
      </section>
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

customElements.define("server-jobs", ServerJobs);
