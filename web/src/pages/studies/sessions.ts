import { duration, empty, html, nothing, number, Paged, query, t, table, time } from "../../kit";
import { StudyPart } from "./part";
import { place } from "./types";
import "./timeline";

interface Session {
  participant: string;
  session: string;
  start: string;
  seconds: number;
  traces: number;
  sequence?: { missing?: number; repeated?: number };
  clock: { ahead?: number; basis: string; correction: number };
}

interface Range {
  from: number;
  to: number;
}

interface Gaps {
  participant: string;
  session?: string;
  received: number;
  missing?: number;
  gaps: Range[];
  repeated?: number;
  repeatedNumbers: Range[];
}

const most = 12;

/** Sessions with what is known of their clocks; those with gaps; one of them as a timeline. */
class StudySessions extends StudyPart {
  private sessions = new Paged<Session>(this);
  private gaps = new Paged<Gaps>(this);

  private get isOne(): boolean {
    return this.query.has("session") && this.query.has("participant");
  }

  private get onlyGaps(): boolean {
    return this.query.get("only") === "gaps";
  }

  override async load() {
    if (this.isOne) return;
    const parameters = { participant: this.query.get("participant"), limit: 100 };
    if (this.onlyGaps) await this.gaps.start(query(`${this.address}/gaps`, parameters));
    else await this.sessions.start(query(`${this.address}/sessions`, parameters));
  }

  private link(participant: string, session: string | undefined) {
    if (session === undefined) return html`<span class="help">${t("sessions.without")}</span>`;
    return html`<a href=${query(place(this.study.slug, "sessions"), { participant, session })}>${session}</a>`;
  }

  view() {
    if (this.isOne) {
      return html`<study-timeline .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-timeline>`;
    }

    const at = (only: string) => query(place(this.study.slug, "sessions"), { participant: this.query.get("participant"), only });
    return html`
      <div class="head">
        <p class="lead">${this.onlyGaps ? t("gaps.lead") : t("sessions.lead")}</p>
        <nav class="row" aria-label=${t("sessions.show")}>
          <a class="button quiet" href=${at("")} aria-current=${this.onlyGaps ? nothing : "page"}>${t("sessions.all")}</a>
          <a class="button quiet" href=${at("gaps")} aria-current=${this.onlyGaps ? "page" : nothing}>${t("sessions.gaps")}</a>
        </nav>
      </div>
      ${this.loading ? html`<p class="loading">${t("loading")}</p>` : this.onlyGaps ? this.showGaps() : this.showSessions()}
    `;
  }

  private showSessions() {
    if (this.sessions.items.length === 0) return empty(t("sessions.none"), t("sessions.none.text"));
    return html`${table(t("part.sessions"), [
      { title: t("trace.session"), cell: (s: Session) => this.link(s.participant, s.session) },
      { title: t("trace.participant"), cell: (s) => s.participant },
      { title: t("sessions.start"), cell: (s) => time(s.start) },
      { title: t("sessions.length"), end: true, cell: (s) => duration(s.seconds) },
      { title: t("summary.traces"), end: true, cell: (s) => number(s.traces) },
      { title: t("sessions.missing"), end: true, cell: (s) => (s.sequence?.missing ? html`<span class="tag bad">${number(s.sequence.missing)}</span>` : s.sequence ? number(0) : nothing) },
      { title: t("sessions.clock"), cell: (s) => this.clock(s) },
    ], this.sessions.items)}${this.sessions.button()}`;
  }

  private clock(session: Session) {
    const { ahead } = session.clock;
    if (ahead === undefined) return html`<span class="help">${t("clock.unknown")}</span>`;
    if (session.clock.correction === 0) return t("clock.right");
    const by = duration(Math.abs(ahead));
    return ahead > 0 ? t("clock.ahead", { by }) : t("clock.behind", { by });
  }

  private showGaps() {
    if (this.gaps.items.length === 0) return empty(t("gaps.none"), t("gaps.none.text"));
    return html`${table(t("sessions.gaps"), [
      { title: t("trace.session"), cell: (g: Gaps) => this.link(g.participant, g.session) },
      { title: t("trace.participant"), cell: (g) => g.participant },
      { title: t("gaps.received"), end: true, cell: (g) => number(g.received) },
      { title: t("sessions.missing"), end: true, cell: (g) => (g.missing === undefined ? t("gaps.many") : number(g.missing)) },
      { title: t("gaps.which"), wide: true, cell: (g) => ranges(g.gaps) },
      { title: t("gaps.repeated"), wide: true, cell: (g) => ranges(g.repeatedNumbers) },
    ], this.gaps.items)}${this.gaps.button()}`;
  }
}

function ranges(all: Range[]) {
  const shown = all.slice(0, most).map((r) => (r.from === r.to ? number(r.from) : `${number(r.from)}–${number(r.to)}`));
  return `${shown.join(", ")}${all.length > most ? " …" : ""}`;
}

customElements.define("study-sessions", StudySessions);
