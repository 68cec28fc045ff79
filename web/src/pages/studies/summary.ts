import { api, createRef, curl, duration, empty, html, locale, nothing, number, Problem, query, ref, t, time, toast, zone, type Ref } from "../../kit";
import { StudyPart } from "./part";
import { place, sample } from "./types";
import { heat, hours } from "./week";

interface Summary {
  traces: number;
  participants: number;
  sessions: number;
  first?: string;
  last?: string;
  complete: boolean;
  timeZone: string;
  rates: { perSession?: number; sessionSeconds?: number };
  days: { day: string; traces: number; participants: number }[];
  week: { weekday: number; hour: number; traces: number; participants: number }[];
  names: { name: string; traces: number; participants: number }[];
  byParticipant: { participant: string; traces: number; sessions: number; last: string }[];
  fields: { name: string; traces: number; tooMany: boolean; values: { value: unknown; traces: number }[] }[];
  sequences: { missing?: number };
}

/** A study's traces added up. */
class StudySummary extends StudyPart {
  private summary: Summary | undefined;
  private plot: Ref<HTMLElement> = createRef();
  private stop: (() => void) | undefined;
  private drawn: Summary | undefined;

  override async load() {
    try {
      this.summary = await api.get<Summary>(query(`${this.address}/summary`, { timeZone: zone() }));
    } catch (error) {
      // A zone that has ever been half an hour off is none that days can be counted in.
      if (!(error instanceof Problem) || error.status !== 400) throw error;
      this.summary = await api.get<Summary>(`${this.address}/summary`);
    }
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.stop?.();
  }

  view() {
    const summary = this.summary;
    if (!summary) return html`<p class="loading">${t("loading")}</p>`;
    if (summary.traces === 0) return this.first();
    return html`
      <dl class="tiles">
        ${this.tile(t("summary.traces"), number(summary.traces))}
        ${this.tile(t("summary.participants"), number(summary.participants))}
        ${this.tile(t("summary.sessions"), number(summary.sessions), summary.rates.sessionSeconds ? t("summary.session.length", { length: duration(summary.rates.sessionSeconds) }) : nothing)}
        ${summary.sequences.missing ? this.tile(t("summary.missing"), number(summary.sequences.missing), html`<a href="${place(this.study.slug, "sessions")}?only=gaps">${t("summary.missing.where")}</a>`) : nothing}
        ${this.tile(t("summary.last"), time(summary.last), html`${t("summary.first")} ${time(summary.first, "day")}`)}
      </dl>
      ${summary.complete ? nothing : html`<p class="note">${t("summary.incomplete")}</p>`}
      <section class="card">
        <div class="head"><h2>${t("summary.days")}</h2><span class="help">${summary.timeZone}</span></div>
        <div class="plot" role="img" aria-label=${t("summary.days.label", { n: summary.days.length })} ${ref(this.plot)}></div>
      </section>
      <div class="grid">
        ${hours(summary.week)}
        ${heat(summary.week)}
        <section class="card">
          <h2>${t("summary.names")}</h2>
          ${this.bars(summary.names.slice(0, 12).map((n) => ({ label: n.name, value: n.traces, href: query(place(this.study.slug, "traces"), { name: n.name }) })))}
        </section>
        <section class="card">
          <h2>${t("summary.byparticipant")}</h2>
          ${this.bars(summary.byParticipant.slice(0, 12).map((p) => ({ label: p.participant, value: p.traces, href: query(place(this.study.slug, "traces"), { participant: p.participant }) })))}
        </section>
        ${summary.fields.filter((f) => f.values.length > 0).map((field) => html`<section class="card">
          <h2>${field.name}</h2>
          ${this.bars(field.values.slice(0, 12).map((v) => ({ label: String(v.value), value: v.traces, href: query(place(this.study.slug, "traces"), { [`data.${field.name}`]: String(v.value) }) })))}
        </section>`)}
      </div>
    `;
  }

  private tile(label: string, value: unknown, more: unknown = nothing) {
    return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd>${more === nothing ? nothing : html`<dd class="help">${more}</dd>`}</div>`;
  }

  // Bars that one reads as text, too.
  private bars(rows: { label: string; value: number; href: string }[]) {
    const most = Math.max(...rows.map((r) => r.value), 1);
    return html`<ul class="bars">
      ${rows.map((row) => html`<li>
        <a href=${row.href}>${row.label === "" ? "∅" : row.label}</a><span class="count">${number(row.value)}</span>
        <progress class="track" aria-hidden="true" max=${most} value=${row.value}></progress>
      </li>`)}
    </ul>`;
  }

  private first() {
    const body = JSON.stringify(sample(this.study.fields));
    const line = curl({ method: "POST", path: `${this.address}/traces`, body, type: "application/json" }, this.me.username);
    const send = async () => {
      try {
        await api.post(`${this.address}/traces`, sample(this.study.fields), { idempotent: true });
        toast(t("first.sent"));
        await this.reload();
      } catch (error) {
        toast(error instanceof Problem ? error.detail : String(error));
      }
    };
    return empty(
      t("first.title"),
      t("first.text"),
      html`<ol class="steps">
        <li><h3>${t("first.participants")}</h3><p>${t("first.participants.text")}</p><a class="button primary" href=${place(this.study.slug, "participants")}>${t("first.participants.action")}</a></li>
        <li><h3>${t("first.game")}</h3><p>${t("first.game.text")}</p><div class="code"><pre tabindex="0">${line.replace(` -u '${this.me.username}'`, " -u PLAYER:PASSWORD").replace(" -H ", " \\\n  -H ").replace(" -d ", " \\\n  -d ")}</pre></div></li>
        <li><h3>${t("first.live")}</h3><p>${t("first.live.text")}</p><a class="button" href=${place(this.study.slug, "live")}>${t("part.live")}</a>
        ${this.study.number === undefined ? nothing : html`<button type="button" @click=${send}>${t("first.send")}</button>`}</li>
      </ol>`,
    );
  }

  protected override updated() {
    const place = this.plot.value;
    if (!place || !this.summary || this.drawn === this.summary) return;
    this.drawn = this.summary;
    const { days } = this.summary;
    void import("../../charts").then(({ barsOverTime }) => {
      this.stop?.();
      // Days are days whatever the zone: drawn as in UTC.
      this.stop = barsOverTime(place, days.map((d) => Date.parse(`${d.day}T00:00:00Z`) / 1000), { label: t("summary.traces"), values: days.map((d) => d.traces) }, locale, true);
    });
  }
}

customElements.define("study-summary", StudySummary);
