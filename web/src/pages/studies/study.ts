import { api, html, nothing, Page, t } from "../../kit";
import { address, place, type Study } from "./types";
import "./alerts";
import "./codebook";
import "./export";
import "./import";
import "./live";
import "./participants";
import "./quarantine";
import "./sessions";
import "./settings";
import "./summary";
import "./traces";

/** A study's frame: what it is called, and its parts, each at an address of its own. */
export class StudyPage extends Page {
  static override properties = { ...Page.properties, study: { state: true } };

  declare study: Study | undefined;

  override async load() {
    const [slug] = this.path;
    if (this.study?.slug !== slug) this.study = await api.get<Study>(address(slug!), { quiet: true });
  }

  private get parts(): string[] {
    const rights = this.study!.rights;
    return [
      ...(rights.includes("read") ? ["summary", "live", "traces", "sessions", "export", "codebook", "alerts"] : []),
      ...(rights.some((r) => r === "read" || r === "manage" || r === "identities") ? ["participants"] : []),
      ...(rights.includes("write") && this.can("traces.write") ? ["import"] : []),
      ...(rights.includes("manage") ? ["quarantine", ...(this.can("studies.create") ? ["settings"] : [])] : []),
    ];
  }

  view() {
    const study = this.study;
    if (!study || study.slug !== this.path[0]) return html`<p class="loading">${t("loading")}</p>`;
    const part = this.path[1] ?? this.parts[0];
    return html`
      <p class="crumbs"><a href="/console/studies">${t("studies.title")}</a></p>
      <h1>${study.title}</h1>
      ${this.parts.length
        ? html`<nav class="tabs" aria-label=${study.title}>
            ${this.parts.map((name) => html`<a href=${place(study.slug, name)} aria-current=${name === part ? "page" : nothing}>${t(`part.${name}`)}</a>`)}
          </nav>`
        : html`<p class="lead">${t("study.norights")}</p>`}
      ${this.show(part)}
    `;
  }

  private show(part: string | undefined) {
    switch (part) {
      case "summary":
        return html`<study-summary .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-summary>`;
      case "live":
        return html`<study-live .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-live>`;
      case "traces":
        return html`<study-traces .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-traces>`;
      case "export":
        return html`<study-export .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-export>`;
      case "participants":
        return html`<study-participants .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-participants>`;
      case "quarantine":
        return html`<study-quarantine .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-quarantine>`;
      case "sessions":
        return html`<study-sessions .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-sessions>`;
      case "import":
        return html`<study-import .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-import>`;
      case "codebook":
        return html`<study-codebook .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-codebook>`;
      case "alerts":
        return html`<study-alerts .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-alerts>`;
      case "settings":
        return html`<study-settings .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}
          @study-changed=${(event: CustomEvent<Study>) => (this.study = event.detail)}></study-settings>`;
      case undefined:
        return nothing;
      default:
        return html`<div class="empty"><h2>${t("problem.notfound")}</h2></div>`;
    }
  }
}

customElements.define("study-page", StudyPage);
