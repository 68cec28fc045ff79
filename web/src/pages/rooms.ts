import { definePage, html, nothing, Page, t } from "../kit";
import { base } from "./rooms/types";
import "./rooms/list";
import "./rooms/reports";
import "./rooms/room";

/** The rooms where one keeps order: what was reported, who is in them, what was done. */
class Rooms extends Page {
  override render() {
    const [part] = this.path;
    const tab = (address: string, text: string, isHere: boolean) => html`<a href=${address} aria-current=${isHere ? "page" : nothing}>${text}</a>`;
    return html`<div class="stack">
      ${part === undefined || part === "list" ? html`<h1>${t("rooms.title")}</h1>` : nothing}
      <nav class="tabs" aria-label=${t("rooms.title")}>
        ${tab(base, t("rooms.reports"), part === undefined)}
        ${tab(`${base}/list`, t("rooms.list"), part !== undefined)}
      </nav>
      ${this.shown()}
    </div>`;
  }

  private shown() {
    const { path, query, me } = this;
    switch (path[0]) {
      case undefined:
        return html`<rooms-reports .path=${path} .query=${query} .me=${me}></rooms-reports>`;
      case "list":
        return html`<rooms-list .path=${path} .query=${query} .me=${me}></rooms-list>`;
      default:
        return html`<rooms-room .path=${path} .query=${query} .me=${me}></rooms-room>`;
    }
  }

  view() {}
}

definePage("rooms", Rooms);
