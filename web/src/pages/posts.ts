import { definePage, html, Page } from "../kit";
import "./posts/list";
import "./posts/post";
import "./posts/write";

/** What people publish: the lists, one post with what is said about it, and where one writes. */
class Posts extends Page {
  override render() {
    const { path, query, me } = this;
    const writes = query.get("do") === (path[0] === undefined ? "write" : "edit");
    if (writes) return html`<post-write .path=${path} .query=${query} .me=${me}></post-write>`;
    return path[0] === undefined
      ? html`<post-list .path=${path} .query=${query} .me=${me}></post-list>`
      : html`<post-page .path=${path} .query=${query} .me=${me}></post-page>`;
  }

  view() {}
}

definePage("posts", Posts);
