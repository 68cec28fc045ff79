import { api, html, LitElement, markup, nothing, Problem, query, t, time, type List } from "../kit";
import { icons } from "./icons";
import type { RoomState } from "./room-state";
import type { Store } from "./store";
import type { Message } from "./types";

interface Found {
  message: Message;
  excerpt: string;
}

/** Searches a room, or all of one's rooms. */
class Search extends LitElement {
  static override properties = { store: { attribute: false }, room: { attribute: false }, found: { state: true }, problem: { state: true }, everywhere: { state: true }, next: { state: true } };

  declare store: Store;
  declare room: RoomState;
  declare found: Found[] | undefined;
  declare problem: string;
  declare everywhere: boolean;
  declare next: string | null;

  protected override createRenderRoot() {
    return this;
  }

  private search = async (event?: Event) => {
    event?.preventDefault();
    const q = this.querySelector("input")!.value.trim();
    if (!q) return;
    await this.load(query(this.everywhere ? "/api/v1/messages" : `/api/v1/rooms/${this.room.id}/messages/search`, { q, limit: 20 }), []);
  };

  private async load(path: string, before: Found[]): Promise<void> {
    this.problem = "";
    try {
      const page = await api.get<List<Found>>(path, { quiet: true });
      this.found = [...before, ...page.items];
      this.next = page.next;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = [error.detail, ...error.errors.map((one) => one.detail)].join(" ");
    }
  }

  override render() {
    return html`<div class="panel-head"><h2>${t("chat.search")}</h2>
        <button type="button" class="quiet" aria-label=${t("close")} @click=${() => this.dispatchEvent(new CustomEvent("close-panel"))}>${icons.close}</button></div>
      <form role="search" novalidate @submit=${this.search}>
        <div class="line"><input type="search" aria-label=${t("chat.search.for")} placeholder=${t("chat.search.for")} />
          <button type="submit" class="primary" aria-label=${t("chat.search")}>${icons.search}</button></div>
        <div class="field check"><input id="everywhere" type="checkbox" @change=${(event: Event) => {
          this.everywhere = (event.target as HTMLInputElement).checked;
          void this.search();
        }} /><label for="everywhere">${t("chat.search.everywhere")}</label></div>
      </form>
      <div aria-live="polite">
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        ${this.found?.length === 0 ? html`<p class="help">${t("chat.search.none")}</p>` : nothing}
      </div>
      ${this.found?.length ? html`<ul class="found">${this.found.map(({ message, excerpt: text }) => {
        const room = this.store.rooms.get(message.room);
        if (!room) return nothing;
        return html`<li><a href=${`${this.store.addressOf(room)}?at=${message.seq}`}>
          <span class="by"><strong>${this.store.nameOf(message.sender)}</strong> ${time(message.at, "day")}</span>
          ${room === this.room ? nothing : html`<small>${this.store.titleOf(room)}</small>`}<span>${markup(text)}</span></a></li>`;
      })}</ul>` : nothing}
      ${this.next ? html`<p class="more"><button type="button" @click=${() => this.load(this.next!, this.found!)}>${t("list.more")}</button></p>` : nothing}`;
  }
}

customElements.define("chat-search", Search);
