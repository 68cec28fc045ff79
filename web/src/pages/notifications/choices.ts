import { api, attempt, Form, html, language, nothing, Page, t, table, toast } from "../../kit";

interface Kind {
  kind: string;
  title: string;
  app: boolean;
  mail: boolean;
  fixed: boolean;
}

interface Times {
  language?: string;
  zone?: string;
  quietFrom?: string;
  quietUntil?: string;
  digest?: string;
}

const channels = ["app", "mail"] as const;

/** How one wants to be told: of what by which channel, in which language, and when not. */
class NotificationChoices extends Page {
  private choices: { times: Times; kinds: Kind[] } | undefined;
  private form = new Form(this);

  override async load() {
    const choices = await api.get<{ times: Times; kinds: Kind[] }>(`/api/v1/me/notification-choices?language=${language}`);
    // What one can choose comes before what one cannot.
    this.choices = { ...choices, kinds: choices.kinds.toSorted((a, b) => Number(a.fixed) - Number(b.fixed)) };
  }

  private save = (event: Event) =>
    this.form.submit(event, async (values) => {
      await api.patch("/api/v1/me/notification-choices", Object.fromEntries(["language", "zone", "quietFrom", "quietUntil", "digest"].map((name) => [name, values[name] || null])));
      toast(t("saved"));
      await this.reload();
    });

  private choose = async (kind: Kind, channel: "app" | "mail", wanted: boolean) => {
    const change = { app: kind.app, mail: kind.mail, [channel]: wanted };
    await attempt(async () => {
      await api.put(`/api/v1/me/notification-choices/kinds/${kind.kind}`, change);
      Object.assign(kind, change);
      toast(t("saved"));
    });
    this.requestUpdate();
  };

  view() {
    if (!this.choices) return html`<p class="loading">${t("loading")}</p>`;
    const { times, kinds } = this.choices;
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return html`
      <section class="card"><h2>${t("choice.kinds")}</h2><p class="help">${t("choice.kinds.text")}</p>
        ${table(t("choice.kinds"), [
          { title: t("choice.kind"), wide: true, cell: (kind: Kind) => html`${kind.title}${kind.fixed ? html`<small>${t("choice.fixed")}</small>` : nothing}` },
          ...channels.map((channel) => ({
            title: t(`choice.${channel}`),
            cell: (kind: Kind) => html`<input type="checkbox" aria-label=${t(`choice.${channel}.of`, { what: kind.title })} .checked=${kind[channel]} ?disabled=${kind.fixed}
              @change=${(event: Event) => this.choose(kind, channel, (event.target as HTMLInputElement).checked)} />`,
          })),
        ], kinds)}</section>
      <form class="card" novalidate @submit=${this.save}><h2>${t("choice.times")}</h2><p class="help">${t("choice.times.text")}</p>
        ${this.form.problemBox()}
        <div class="inline">
          ${this.form.field({ name: "language", label: t("choice.language"), type: "select", value: times.language ?? "", options: [["", t("choice.language.server")], ["en", "English"], ["fr", "Français"]] })}
          ${this.form.field({ name: "digest", label: t("choice.digest"), type: "select", value: times.digest ?? "", options: ["", "hour", "day", "week"].map((one): [string, string] => [one, t(`choice.digest.${one || "none"}`)]) })}
        </div>
        <div class="inline">
          ${this.form.field({ name: "quietFrom", label: t("choice.quietFrom"), placeholder: "22:00", value: times.quietFrom })}
          ${this.form.field({ name: "quietUntil", label: t("choice.quietUntil"), placeholder: "07:00", value: times.quietUntil })}
          ${this.form.field({ name: "zone", label: t("choice.zone"), value: times.zone ?? here, help: t("choice.zone.help", { here }) })}
        </div>
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${t("save")}</button></div>
      </form>`;
  }
}

customElements.define("notification-choices", NotificationChoices);
