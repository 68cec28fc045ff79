import { definePage, html, nothing, Page, t } from "../kit";
import "./notifications/choices";
import "./notifications/list";

/** What one was told of, and how one wants to be told. */
class Notifications extends Page {
  override render() {
    const choices = this.path[0] === "choices";
    const tab = (path: string, text: string, isHere: boolean) => html`<a href="/console/notifications${path}" aria-current=${isHere ? "page" : nothing}>${text}</a>`;
    return html`<div class="stack">
      <h1>${t("notification.title")}</h1>
      <nav class="tabs" aria-label=${t("notification.title")}>${tab("", t("notification.list"), !choices)}${tab("/choices", t("notification.choices"), choices)}</nav>
      ${choices
        ? html`<notification-choices .path=${this.path} .query=${this.query} .me=${this.me}></notification-choices>`
        : html`<notification-list .path=${this.path} .query=${this.query} .me=${this.me}></notification-list>`}
    </div>`;
  }

  view() {}
}

definePage("notifications", Notifications);
