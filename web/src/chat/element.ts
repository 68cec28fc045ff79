import { LitElement } from "../kit";
import type { Store } from "./store";

/** A part of the page, in the document itself, that is drawn anew when the store has changed. */
export abstract class ChatElement extends LitElement {
  declare store: Store;

  protected override createRenderRoot() {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.store.addEventListener("changed", this.draw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store.removeEventListener("changed", this.draw);
  }

  private draw = () => this.requestUpdate();
}
