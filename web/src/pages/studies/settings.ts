import { api, ask, Form, go, html, nothing, Problem, t, tagged, toast } from "../../kit";
import { FieldsEditor } from "./fields";
import { StudyPart } from "./part";
import "./rights";
import type { Study } from "./types";

/** What whoever manages a study may change in it. */
class StudySettings extends StudyPart {
  static override properties = { ...StudyPart.properties, draft: { state: true }, isOld: { state: true } };

  /** The study as it was when the form was filled. */
  declare draft: Study | undefined;
  /** Somebody else has changed it since. */
  declare isOld: boolean;

  private form = new Form(this);
  private fields = new FieldsEditor(this, this.form);
  private tag = "";
  private asksConsent = false;

  override async load() {
    const [study, tag] = await tagged<Study>(this.address);
    [this.draft, this.tag, this.isOld, this.asksConsent] = [study, tag, false, study.consent !== undefined];
    this.fields = new FieldsEditor(this, this.form, study.fields);
    this.form.clear();
    this.tell(study);
  }

  private tell(study: Study) {
    this.dispatchEvent(new CustomEvent("study-changed", { detail: study }));
  }

  private consent(values: Record<string, string>) {
    const before = this.draft!.consent;
    if (!this.asksConsent) return undefined;
    const [text, url] = [values.consentText ?? "", values.consentUrl || undefined];
    const isNew = !before || text !== before.text || (url ?? null) !== (before.url ?? null);
    return { required: values.consentRequired === "on", version: (before?.version ?? 0) + (isNew ? 1 : 0), text, url: url ?? null, renew: values.consentRenew === "on" };
  }

  private save = (event: Event) =>
    this.form.submit(event, async (values) => {
      const consent = this.consent(values);
      const change = {
        title: values.title,
        fields: this.fields.definitions(),
        unknownFields: values.unknownFields,
        retentionDays: values.retentionDays ? Number(values.retentionDays) : null,
        ...(consent ? { consent } : {}),
      };
      try {
        await api.patch<Study>(this.address, change, { headers: { "If-Match": this.tag } });
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 412) throw error;
        this.isOld = true;
        return;
      }

      toast(t("saved"));
      await this.reload();
    });

  // What is in the form stays, and goes on top of what is there by now.
  private keepMine = async () => {
    const [study, tag] = await tagged<Study>(this.address, { quiet: true });
    this.tag = tag;
    this.isOld = false;
    this.tell(study);
    await this.updateComplete;
    this.querySelector<HTMLFormElement>("form.study")!.requestSubmit();
  };

  private erase = async () => {
    let typed = "";
    const done = await ask({
      title: t("study.delete"),
      body: html`<p>${t("study.delete.text")}</p><div class="field"><label for="confirm-slug">${t("study.delete.confirm", { slug: this.study.slug })}</label>
        <input id="confirm-slug" autocomplete="off" spellcheck="false" @input=${(event: Event) => (typed = (event.target as HTMLInputElement).value)} /></div>`,
      action: t("study.delete"),
      danger: true,
      run: () => api.delete(`${this.address}?confirm=${encodeURIComponent(typed)}`),
    });
    if (done) {
      toast(t("study.deleted"));
      go("/console/studies");
    }
  };

  view() {
    const { draft } = this;
    if (!draft) return html`<p class="loading">${t("loading")}</p>`;
    return html`
      <form class="card study" novalidate @submit=${this.save}>
        <h2>${t("part.settings")}</h2>
        ${this.isOld
          ? html`<div class="problem" role="alert"><p><strong>${t("study.old")}</strong> ${t("study.old.text")}</p>
              <div class="actions"><button type="button" @click=${() => this.reload()}>${t("study.old.theirs")}</button><button type="button" class="primary" @click=${this.keepMine}>${t("study.old.mine")}</button></div></div>`
          : this.form.problemBox()}
        ${this.form.field({ name: "title", label: t("study.title"), required: true, value: draft.title })}
        ${this.fields.view()}
        ${this.form.field({ name: "unknownFields", label: t("study.unknown"), type: "select", value: draft.unknownFields, options: [["keep", t("study.unknown.keep")], ["refuse", t("study.unknown.refuse")]] })}
        ${this.form.field({ name: "retentionDays", label: t("study.retention"), type: "number", value: draft.retentionDays, help: t("study.retention.help") })}
        ${this.showConsent(draft)}
        <div class="actions"><button type="submit" class="primary" ?disabled=${this.form.busy}>${t("save")}</button></div>
      </form>
      <study-rights .path=${this.path} .query=${this.query} .me=${this.me} .study=${this.study}></study-rights>
      <section class="card danger">
        <h2>${t("study.delete")}</h2><p class="help">${t("study.delete.help")}</p>
        <div class="actions"><button type="button" class="danger" @click=${this.erase}>${t("study.delete")}</button></div>
      </section>
    `;
  }

  private showConsent(draft: Study) {
    const { consent } = draft;
    return html`<fieldset>
      <legend>${t("consent.title")}</legend>
      <p class="help">${consent ? t("consent.version", { version: consent.version }) : t("consent.help")}</p>
      ${consent ? nothing : this.form.field({ name: "asksConsent", label: t("consent.ask"), type: "checkbox", value: this.asksConsent, input: (v) => { this.asksConsent = v === "true"; this.requestUpdate(); } })}
      ${this.asksConsent
        ? html`${this.form.field({ name: "consentText", pointer: "/consent/text", label: t("consent.text"), type: "textarea", rows: 5, value: consent?.text ?? "", help: t("consent.text.help") })}
            ${this.form.field({ name: "consentUrl", pointer: "/consent/url", label: t("consent.url"), value: consent?.url ?? "" })}
            ${this.form.field({ name: "consentRequired", pointer: "/consent/required", label: t("consent.required"), type: "checkbox", value: consent?.required ?? true, help: t("consent.required.help") })}
            ${this.form.field({ name: "consentRenew", pointer: "/consent/renew", label: t("consent.renew"), type: "checkbox", value: consent?.renew ?? true, help: t("consent.renew.help") })}`
        : nothing}
    </fieldset>`;
  }
}

customElements.define("study-settings", StudySettings);
