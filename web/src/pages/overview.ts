import { ago, api, bytes, definePage, duration, html, nothing, number, Page, svg, t, time, type List } from "../kit";
import { rate, readMetrics, type Reading } from "./metrics";
import { readHealth, type Backups, type Health, type Job, type Parked, type ServerState } from "./server/types";

const every = 3000;
const most = 100;
const oldBackup = 7 * 86_400_000;

interface Hand {
  text: string;
  href: string;
  action: string;
}

/** How the server is at this moment, and what needs somebody. */
class Overview extends Page {
  static override properties = { ...Page.properties, rates: { state: true } };

  /** Traces and requests a second, the newest last. */
  declare rates: { traces: number; requests: number }[];

  private health: Health | undefined;
  private server: ServerState | undefined;
  private backups: Backups | undefined;
  private hands: Hand[] = [];
  private last: Reading | undefined;
  private timer = 0;

  constructor() {
    super();
    this.rates = [];
  }

  override connectedCallback() {
    super.connectedCallback();
    if (this.can("metrics.read")) void this.watch();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private watch = async () => {
    try {
      const now = await readMetrics();
      const { last } = this;
      if (last) {
        const requests = rate("http_server_request_duration_seconds_count", last, now);
        this.rates = [...this.rates, { traces: rate("sillage_traces_stored_total", last, now), requests }].slice(-most);
      }

      this.last = now;
    } catch {
      // The server is away for a moment: the line goes on when it is back.
    }

    if (this.isConnected) this.timer = window.setTimeout(this.watch, every);
  };

  override async load() {
    const [server, health, backups, jobs, events, errors] = await Promise.all([
      api.get<ServerState>("/api/v1/server"),
      readHealth(),
      this.can("backups.manage") ? api.get<Backups>("/api/v1/backups", { quiet: true }) : undefined,
      this.can("jobs.manage") ? api.get<List<Job>>("/api/v1/jobs?state=parked&limit=50", { quiet: true }) : undefined,
      this.can("events.manage") ? api.get<List<Parked>>("/api/v1/events/parked?limit=50", { quiet: true }) : undefined,
      api.get<List<unknown>>("/api/v1/server/log?level=error&limit=100", { quiet: true }),
    ]);
    [this.server, this.health, this.backups] = [server, health, backups];
    this.hands = [...this.findHands(jobs?.items.length ?? 0, events?.items.length ?? 0, errors.items.length)];
  }

  private *findHands(jobs: number, events: number, errors: number): Generator<Hand> {
    const hand = (text: string, part: string, action: string): Hand => ({ text, href: `/console/server/${part}`, action });
    for (const [name, check] of Object.entries(this.health!.checks)) {
      if (check.status !== "healthy") yield hand(t(`hand.${check.status}`, { name }), "log", t("hand.log"));
    }

    if (jobs > 0) yield hand(t("hand.jobs", { n: jobs }), "jobs", t("hand.jobs.action"));
    if (events > 0) yield hand(t("hand.events", { n: events }), "jobs", t("hand.jobs.action"));
    const { disk } = this.server!;
    if (disk && disk.freeBytes < disk.totalBytes / 10) yield hand(t("hand.disk", { free: bytes(disk.freeBytes) }), "backups", t("hand.backups"));
    if (this.backups) {
      const [newest] = this.backups.items;
      if (!newest) yield hand(t("hand.nobackup"), "backups", t("hand.backups"));
      else if (Date.now() - Date.parse(newest.createdAt) > oldBackup) yield hand(t("hand.oldbackup", { ago: ago(newest.createdAt) }), "backups", t("hand.backups"));
      for (const backup of this.backups.items) {
        if (backup.check?.fault) yield hand(t("hand.badbackup", { name: backup.name }), "backups", t("hand.backups"));
      }
    }

    if (errors > 0) yield hand(t("hand.errors", { n: errors }), "log?level=error", t("hand.log"));
  }

  view() {
    const { health, server } = this;
    if (!health || !server) return html`<p class="loading">${t("loading")}</p>`;
    const newest = this.backups?.items[0];
    return html`
      <div class="head"><h1>${t("overview.title")}</h1><button type="button" class="quiet" @click=${() => this.reload()}>${t("reload")}</button></div>
      <section class=${this.hands.length ? "card hands" : "card"}>
        <h2>${t("overview.hand")}</h2>
        ${this.hands.length === 0
          ? html`<p class="good">${t("overview.hand.none")}</p>`
          : html`<ul class="hand">${this.hands.map((one) => html`<li><span>${one.text}</span><a class="button" href=${one.href}>${one.action}</a></li>`)}</ul>`}
      </section>
      <dl class="tiles">
        ${this.rateTile(t("overview.traces"), (r) => r.traces)}
        ${this.rateTile(t("overview.requests"), (r) => r.requests)}
        <div class="tile"><dt>${t("overview.data")}</dt><dd>${bytes(server.dataBytes)}</dd>
          ${server.disk ? html`<dd class="help">${t("overview.disk", { free: bytes(server.disk.freeBytes), total: bytes(server.disk.totalBytes) })}
            <progress class="track" max=${server.disk.totalBytes} value=${server.disk.totalBytes - server.disk.freeBytes} aria-label=${t("overview.disk.used")}></progress></dd>` : nothing}
        </div>
        ${this.backups ? html`<div class="tile"><dt>${t("overview.backup")}</dt><dd>${newest ? ago(newest.createdAt) : t("never")}</dd>
          <dd class="help"><a href="/console/server/backups">${newest ? html`${time(newest.createdAt)}, ${bytes(newest.length)}` : t("hand.backups")}</a></dd></div>` : nothing}
        <div class="tile"><dt>${t("overview.up")}</dt><dd>${duration((Date.now() - Date.parse(server.startedAt)) / 1000)}</dd><dd class="help">${t("overview.version", { version: server.version })}</dd></div>
      </dl>
      <section class="card">
        <h2>${t("server.health")}</h2>
        <ul class="parts">
          ${Object.entries(health.checks).map(([name, check]) => html`<li>
            <span><span class="dot ${check.status}" aria-hidden="true"></span>${name}</span>
            <span class=${check.status === "healthy" ? "help" : "problem"}>${t(`health.${check.status}`)}</span>
          </li>`)}
        </ul>
      </section>
    `;
  }

  // The number now, and the line of how it came to be.
  private rateTile(label: string, of: (rate: { traces: number; requests: number }) => number) {
    if (!this.can("metrics.read")) return nothing;
    const values = this.rates.map(of);
    const top = Math.max(...values, 1);
    const points = values.map((value, i) => `${(100 - (values.length - 1 - i) * (100 / (most - 1))).toFixed(2)},${(28 - (26 * value) / top).toFixed(2)}`).join(" ");
    const now = values.at(-1);
    return html`<div class="tile"><dt>${label}</dt>
      <dd>${now === undefined ? "…" : number(now, now < 10 ? 1 : 0)}</dd>
      <dd class="spark"><svg viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label=${t("overview.line", { label, top: number(top, 1) })}>
        ${svg`<polyline points=${points} />`}
      </svg></dd>
    </div>`;
  }
}

definePage("overview", Overview);
