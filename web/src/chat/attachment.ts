import { api, bytes, html, LitElement, nothing, openDialog, Problem, t, toast } from "../kit";
import { icons } from "./icons";
import type { StoredFile } from "./types";

// Links count for minutes, for whoever asked: an entry is asked for anew before that.
const entries = new Map<string, { entry: Promise<StoredFile>; asked: number }>();

function entryOf(id: string): Promise<StoredFile> {
  const known = entries.get(id);
  if (known && Date.now() - known.asked < 240_000) return known.entry;
  const entry = api.get<StoredFile>(`/api/v1/messaging/files/${id}`, { quiet: true });
  entries.set(id, { entry, asked: Date.now() });
  entry.catch(() => entries.delete(id));
  return entry;
}

/** A file of a message: a small picture that opens, or its name to save it by. */
class Attachment extends LitElement {
  static override properties = { file: { attribute: false }, entry: { state: true } };

  declare file: StoredFile;
  declare entry: StoredFile | undefined;

  protected override createRenderRoot() {
    return this;
  }

  protected override firstUpdated(): void {
    if (this.file.width) void this.load();
  }

  private async load(): Promise<void> {
    this.entry = await entryOf(this.file.id).catch(() => undefined);
  }

  private show = async () => {
    try {
      const { links, name, width, height } = await entryOf(this.file.id);
      await openDialog(name, (close) => html`
        <div class="dialog-body"><img class="picture" src=${links.content!} alt=${name} width=${width!} height=${height!} /></div>
        <div class="actions">
          <a class="button" href=${links.content!} download=${name}>${t("chat.save")}</a>
          <button type="button" class="primary" @click=${() => close()}>${t("close")}</button>
        </div>`);
    } catch (error) {
      toast(error instanceof Problem ? error.detail : String(error));
    }
  };

  private save = async () => {
    try {
      const { links, name } = await entryOf(this.file.id);
      Object.assign(document.createElement("a"), { href: links.content!, download: name }).click();
    } catch (error) {
      toast(error instanceof Problem ? error.detail : String(error));
    }
  };

  override render() {
    const { name, size, width, height } = this.file;
    if (width && height) {
      const scale = Math.min(1, 320 / Math.max(width, height));
      return html`<button type="button" class="thumbnail" @click=${this.show} aria-label=${t("chat.picture", { name })}>
        <img src=${this.entry?.links.thumbnail ?? nothing} alt="" width=${Math.round(width * scale)} height=${Math.round(height * scale)} />
      </button>`;
    }

    return html`<button type="button" class="file" @click=${this.save}>
      ${icons.file}<span><strong>${name}</strong><small>${bytes(size)}</small></span><span class="unseen">${t("chat.save")}</span>
    </button>`;
  }
}

customElements.define("chat-attachment", Attachment);
