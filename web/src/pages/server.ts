import { definePage, html, nothing, Page, t } from "../kit";
import "./server/backups";
import "./server/jobs";
import "./server/keys";
import "./server/log";
import "./server/settings";

/** What whoever runs the server looks after, a part at an address of its own. */
class Server extends Page {
  private get parts(): string[] {
    return [
      ...(this.can("jobs.manage") ? ["jobs"] : []),
      ...(this.can("server.read") ? ["settings", "log"] : []),
      ...(this.can("backups.manage") ? ["backups"] : []),
      ...(this.can("accounts.manage") ? ["keys"] : []),
    ];
  }

  view() {
    const part = this.path[0] ?? this.parts[0];
    return html`
      <h1>${t("server.title")}</h1>
      <nav class="tabs" aria-label=${t("server.title")}>
        ${this.parts.map((name) => html`<a href="/console/server/${name}" aria-current=${name === part ? "page" : nothing}>${t(`server.${name}`)}</a>`)}
      </nav>
      ${this.show(part)}
    `;
  }

  private show(part: string | undefined) {
    switch (part) {
      case "jobs":
        return html`<server-jobs .path=${this.path} .query=${this.query} .me=${this.me}></server-jobs>`;
      case "settings":
        return html`<server-settings .path=${this.path} .query=${this.query} .me=${this.me}></server-settings>`;
      case "log":
        return html`<server-log .path=${this.path} .query=${this.query} .me=${this.me}></server-log>`;
      case "backups":
        return html`<server-backups .path=${this.path} .query=${this.query} .me=${this.me}></server-backups>`;
      case "keys":
        return html`<server-keys .path=${this.path} .query=${this.query} .me=${this.me}></server-keys>`;
      default:
        return html`<div class="empty"><h2>${t("problem.notfound")}</h2></div>`;
    }
  }
}

definePage("server", Server);
