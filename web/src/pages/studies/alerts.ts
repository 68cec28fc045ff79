import { api, Form, html, t, toast } from "../../kit";
import { StudyPart } from "./part";

interface Alerts {
  silenceMinutes?: number;
  hoursFrom?: string;
  hoursUntil?: string;
  zone?: string;
  quarantinePerHour?: number;
  stopMinutes?: number;
  endName?: string;
  retentionDays?: number;
}

const numbers = ["silenceMinutes", "quarantinePerHour", "stopMinutes", "retentionDays"];

/** What one is told of in a study, so that one need not look. */
class StudyAlerts extends StudyPart {
  private alerts: Alerts | undefined;
  private form = new Form(this);

  override async load() {
    this.alerts = await api.get<Alerts>(`${this.address}/alerts`);
  }

  private save = (event: Event) =>
    this.form.submit(event, async (values) => {
      // Hours without a beginning and an end are none; a zone alone says nothing.
      const given = values.hoursFrom || values.hoursUntil ? values : { ...values, zone: "" };
      const wanted = Object.entries(given).filter(([, value]) => value.trim() !== "");
      await api.put(`${this.address}/alerts`, Object.fromEntries(wanted.map(([name, value]) => [name, numbers.includes(name) ? Number(value) : value])));
      toast(wanted.length ? t("alert.saved") : t("alert.ended"));
      await this.reload();
    });

  view() {
    const { alerts } = this;
    if (!alerts) return html`<p class="loading">${t("loading")}</p>`;
    const zone = alerts.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const field = (name: keyof Alerts, type: "number" | "text" = "number", placeholder = "") =>
      this.form.field({ name, label: t(`alert.${name}`), type, placeholder, value: alerts[name] ?? "", help: t(`alert.${name}.help`) });
    return html`<form class="stack" novalidate @submit=${this.save}>
      <p class="lead">${t("alert.lead")} <a href="/console/notifications/choices">${t("alert.how")}</a></p>
      ${this.form.problemBox()}
      <section class="card"><h2>${t("alert.silence")}</h2><p class="help">${t("alert.silence.text")}</p>
        <div class="inline">${field("silenceMinutes")}${field("hoursFrom", "text", "08:00")}${field("hoursUntil", "text", "18:00")}
          ${this.form.field({ name: "zone", label: t("choice.zone"), value: zone, help: t("alert.zone.help") })}</div></section>
      <section class="card"><h2>${t("alert.stop")}</h2><p class="help">${t("alert.stop.text")}</p>
        <div class="inline">${field("stopMinutes")}${field("endName", "text", "end")}</div></section>
      <div class="grid">
        <section class="card"><h2>${t("alert.quarantine")}</h2><p class="help">${t("alert.quarantine.text")}</p>${field("quarantinePerHour")}</section>
        <section class="card"><h2>${t("alert.retention")}</h2><p class="help">${t("alert.retention.text")}</p>${field("retentionDays")}</section>
      </div>
      <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${t("save")}</button></div>
    </form>`;
  }
}

customElements.define("study-alerts", StudyAlerts);
