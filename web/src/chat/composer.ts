import { html, nothing, Problem, t, toast } from "../kit";
import { ChatElement } from "./element";
import { icons } from "./icons";
import type { RoomState } from "./room-state";
import type { Member, Message } from "./types";
import { Upload } from "./upload";

/** Where one writes: a draft that is kept, an answer, a change of what was said, files, and names that are completed. */
class Composer extends ChatElement {
  static override properties = {
    store: { attribute: false },
    room: { attribute: false },
    uploads: { state: true },
    replyTo: { state: true },
    editing: { state: true },
    names: { state: true },
    chosen: { state: true },
  };

  declare room: RoomState;
  declare uploads: Upload[];
  declare replyTo: Message | undefined;
  declare editing: Message | undefined;
  /** Who is meant by what stands behind the last @. */
  declare names: Member[];
  declare chosen: number;

  private shown: string | undefined;
  private told = 0;

  constructor() {
    super();
    this.uploads = [];
    this.names = [];
    this.chosen = 0;
  }

  private get area(): HTMLTextAreaElement {
    return this.querySelector("textarea")!;
  }

  private get draftKey(): string {
    return `sillage.draft.${this.store.me.id}.${this.room.id}`;
  }

  write(): void {
    this.area?.focus();
  }

  reply(message: Message): void {
    this.replyTo = message;
    this.editing = undefined;
    this.write();
  }

  edit(message: Message): void {
    this.editing = message;
    this.replyTo = undefined;
    this.area.value = message.text;
    this.write();
  }

  protected override willUpdate(): void {
    if (this.shown === this.room.id) return;
    this.shown = this.room.id;
    this.uploads.forEach((one) => one.cancel());
    this.uploads = [];
    this.replyTo = this.editing = undefined;
    this.names = [];
    void this.updateComplete.then(() => {
      if (this.area) this.area.value = localStorage.getItem(this.draftKey) ?? "";
    });
  }

  private input = () => {
    this.complete();
    if (this.editing) return;
    try {
      if (this.area.value) localStorage.setItem(this.draftKey, this.area.value);
      else localStorage.removeItem(this.draftKey);
    } catch {
      // No room is left in the browser's storage: the draft is in this page alone.
    }

    if (this.area.value && Date.now() - this.told > 2500) {
      this.told = Date.now();
      this.store.live.tell("typing", { room: this.room.id });
    }
  };

  private complete(): void {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const begun = /(?:^|\s)@([\w.+-]*)$/.exec(before)?.[1]?.toLowerCase();
    this.chosen = 0;
    this.names = begun === undefined ? [] : [...this.room.members.values()]
      .filter((one) => one.account !== this.store.me.id && one.username
        && (one.username.toLowerCase().startsWith(begun) || one.displayName?.toLowerCase().startsWith(begun)))
      .slice(0, 6);
  }

  private take = (member: Member) => {
    const { selectionStart, value } = this.area;
    const begin = value.slice(0, selectionStart).replace(/@[\w.+-]*$/, `@${member.username} `);
    this.area.value = begin + value.slice(selectionStart);
    this.area.setSelectionRange(begin.length, begin.length);
    this.names = [];
    this.write();
    this.input();
  };

  private keys = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (this.names.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) this.chosen = (this.chosen + step + this.names.length) % this.names.length;
      else if (event.key === "Enter" || event.key === "Tab") this.take(this.names[this.chosen]!);
      else if (event.key === "Escape") this.names = [];
      else return;
      event.preventDefault();
      return;
    }

    // On a touch screen Enter is a new line, as there is no Shift at hand.
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      void this.send();
    } else if (event.key === "Escape" && (this.replyTo || this.editing)) {
      this.cancel();
    } else if (event.key === "ArrowUp" && this.area.value === "") {
      const last = this.room.list.findLast((message) => message.sender === this.store.me.id && !message.deletedAt);
      if (last && this.room.may("write")) {
        event.preventDefault();
        this.edit(last);
      }
    }
  };

  private cancel = () => {
    if (this.editing) this.area.value = localStorage.getItem(this.draftKey) ?? "";
    this.replyTo = this.editing = undefined;
    this.write();
  };

  private send = async () => {
    const text = this.area.value.trim();
    if (this.editing) {
      const { id } = this.editing;
      if (text && text !== this.editing.text) {
        try {
          await this.store.act("message:edit", { room: this.room.id, id, text });
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          toast(error.detail);
          return;
        }
      }

      this.cancel();
      return;
    }

    const files = this.uploads.flatMap((one) => (one.file ? [{ id: one.file.id, name: one.file.name }] : []));
    if (this.uploads.some((one) => one.isBusy) || (!text && files.length === 0)) return;
    this.store.outbox.add({ room: this.room.id, text, replyTo: this.replyTo?.seq, ...(files.length > 0 ? { attachments: files } : {}) });
    this.area.value = "";
    localStorage.removeItem(this.draftKey);
    this.uploads = [];
    this.replyTo = undefined;
    this.told = 0;
    this.dispatchEvent(new CustomEvent("sent"));
    this.write();
  };

  addFiles(files: Iterable<File>): void {
    const more = [...files].slice(0, 10 - this.uploads.length).map((file) => new Upload(file, () => this.requestUpdate()));
    this.uploads = [...this.uploads, ...more];
  }

  private paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.addFiles(files);
  };

  private drop(upload: Upload): void {
    upload.cancel();
    this.uploads = this.uploads.filter((one) => one !== upload);
  }

  override render() {
    const { room, store } = this;
    if (!room.may("write")) return html`<p class="composer help">${t("chat.readonly")}</p>`;
    const about = this.editing ?? this.replyTo;
    const muted = room.members.get(store.me.id)?.mutedUntil;
    return html`<div class="composer">
      ${muted && Date.parse(muted) > Date.now() ? html`<p class="note">${t("chat.muted", { until: new Date(muted).toLocaleString() })}</p>` : nothing}
      ${about ? html`<p class="about"><span>${this.editing ? t("chat.editing") : t("chat.replying", { name: store.nameOf(about.sender) })} <em>${about.text}</em></span>
        <button type="button" class="quiet" aria-label=${t("cancel")} @click=${this.cancel}>${icons.close}</button></p>` : nothing}
      ${this.uploads.length > 0 ? html`<ul class="uploads" aria-label=${t("chat.files")}>${this.uploads.map((one) => html`<li>
        ${one.file?.links.thumbnail ? html`<img src=${one.file.links.thumbnail} alt="" width="40" height="40" />` : icons.file}
        <span><strong>${one.source.name}</strong>
          ${one.problem ? html`<small class="error" role="alert">${one.problem}</small>` : one.isBusy ? html`<progress max="1" value=${one.progress} aria-label=${t("chat.uploading", { name: one.source.name })}></progress>` : nothing}</span>
        ${one.problem ? html`<button type="button" class="quiet" @click=${one.run}>${t("retry")}</button>` : nothing}
        <button type="button" class="quiet" aria-label=${t("chat.file.remove", { name: one.source.name })} @click=${() => this.drop(one)}>${icons.close}</button></li>`)}</ul>` : nothing}
      ${this.names.length > 0 ? html`<ul class="names" id="names" role="listbox" aria-label=${t("chat.names")}>${this.names.map((one, i) => html`
        <li role="option" id="name-${i}" aria-selected=${i === this.chosen ? "true" : "false"} @pointerdown=${(event: Event) => { event.preventDefault(); this.take(one); }}>
          <strong>${one.displayName ?? one.username}</strong> <small>@${one.username}</small></li>`)}</ul>` : nothing}
      <div class="line">
        <input type="file" multiple hidden @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          this.addFiles(input.files ?? []);
          input.value = "";
        }} />
        <button type="button" class="quiet" title=${t("chat.attach")} aria-label=${t("chat.attach")} ?hidden=${!!this.editing} @click=${() => this.querySelector<HTMLInputElement>("input[type=file]")!.click()}>${icons.attach}</button>
        <textarea rows="1" maxlength="10000" aria-label=${t("chat.message.to", { room: store.titleOf(room) })} placeholder=${t("chat.message")}
          aria-autocomplete="list" aria-controls=${this.names.length > 0 ? "names" : nothing} aria-activedescendant=${this.names.length > 0 ? `name-${this.chosen}` : nothing}
          @input=${this.input} @keydown=${this.keys} @paste=${this.paste} @blur=${() => (this.names = [])}></textarea>
        <button type="button" class="primary" title=${t("chat.send")} aria-label=${t("chat.send")} ?disabled=${this.uploads.some((one) => one.isBusy)} @click=${this.send}>${icons.send}</button>
      </div>
    </div>`;
  }
}

customElements.define("chat-composer", Composer);
export type { Composer };
