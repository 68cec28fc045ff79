import { empty, Form, go, html, nothing, query, readEvents, repeat, t, time, type StreamState } from "../../kit";
import { StudyPart } from "./part";
import { cell, place, type Trace } from "./types";

const most = 200;

/** Traces as they come in. */
class StudyLive extends StudyPart {
  static override properties = { ...StudyPart.properties, traces: { state: true }, state: { state: true }, paused: { state: true }, held: { state: true } };

  declare traces: Trace[];
  declare state: StreamState;
  declare paused: boolean;
  declare held: Trace[];

  private form = new Form(this);
  private reading: AbortController | undefined;
  private count = 0;

  constructor() {
    super();
    this.traces = [];
    this.held = [];
    this.paused = false;
    this.state = "connecting";
  }

  override load() {
    this.reading?.abort();
    const reading = (this.reading = new AbortController());
    this.traces = [];
    this.held = [];
    const filter = Object.fromEntries([...this.query].filter(([name]) => name === "name" || name === "participant"));
    void readEvents(
      query(`${this.address}/traces/live`, filter),
      reading.signal,
      (event) => {
        this.count++;
        const trace = JSON.parse(event.data) as Trace;
        if (this.paused) this.held = [trace, ...this.held].slice(0, most);
        else this.traces = [trace, ...this.traces].slice(0, most);
      },
      (state) => (this.state = state),
    );
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.reading?.abort();
  }

  private toggle = () => {
    if (this.paused) {
      this.traces = [...this.held, ...this.traces].slice(0, most);
      this.held = [];
    }

    this.paused = !this.paused;
  };

  private filter = (event: Event) =>
    this.form.submit(event, async (values) => go(query(place(this.study.slug, "live"), values)));

  view() {
    return html`
      <form class="filters" novalidate @submit=${this.filter}>
        ${this.form.field({ name: "name", label: t("trace.name"), value: this.query.get("name") })}
        ${this.form.field({ name: "participant", label: t("trace.participant"), value: this.query.get("participant") })}
        <button type="submit">${t("filter")}</button>
        <button type="button" class=${this.paused ? "primary" : ""} aria-pressed=${this.paused ? "true" : "false"} @click=${this.toggle}>
          ${this.paused ? (this.held.length ? t("live.continue.held", { n: this.held.length }) : t("live.continue")) : t("live.pause")}
        </button>
      </form>
      <p class="state" role="status"><span class="dot ${this.state}" aria-hidden="true"></span>${t(`live.${this.paused ? "paused" : this.state}`)}</p>
      ${this.traces.length === 0
        ? empty(t("live.none"), t("live.none.text"))
        : html`<ol class="live">
            ${repeat(this.traces, (trace) => trace.id, (trace) => html`<li>
              ${time(trace.timestamp, "clock")}
              <strong>${trace.name}</strong>
              ${trace.participant ? html`<a href=${query(place(this.study.slug, "live"), { participant: trace.participant })}>${trace.participant}</a>` : nothing}
              <span class="data">${Object.entries(trace.data).map(([name, value]) => html`<span><b>${name}</b> ${cell(value)}</span> `)}</span>
            </li>`)}
          </ol>`}
    `;
  }
}

customElements.define("study-live", StudyLive);
