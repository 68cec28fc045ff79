import { html, language, nothing, t, time } from "../../kit";

export const base = "/console/posts";

export interface Author {
  id: string;
  username?: string;
  displayName?: string;
}

export type Visibility = "public" | "members" | "followers" | "private";
export type State = "draft" | "scheduled" | "published";

export interface Summary {
  id: string;
  author?: Author;
  slug: string;
  title: string;
  excerpt: string;
  titleHtml?: string;
  tags: string[];
  visibility: Visibility;
  state: State;
  publishedAt?: string;
  updatedAt: string;
  commentCount: number;
}

export interface Post {
  id: string;
  author?: Author;
  slug: string;
  title: string;
  body: string;
  html: string;
  tags: string[];
  visibility: Visibility;
  state: State;
  publishAt?: string;
  publishedAt?: string;
  createdAt: string;
  updatedAt: string;
  revision: number;
  deletedAt?: string;
  hidden: boolean;
  locked: boolean;
  commentsClosed: boolean;
  commentsUntil?: string;
  links: Record<string, string>;
}

export interface Comment {
  id: string;
  parent?: string;
  depth: number;
  author?: Author;
  body?: string;
  html?: string;
  createdAt: string;
  updatedAt: string;
  revision: number;
  deletedAt?: string;
  hidden: boolean;
  links: { self: string };
}

export const visibilities: Visibility[] = ["public", "members", "followers", "private"];

export const reasons = ["spam", "abuse", "illegal", "privacy", "other"];

export const addressOf = (post: { id: string }) => `/api/v1/posts/${post.id}`;

export const nameOf = (author: Author | undefined) => author?.displayName ?? author?.username ?? t("post.nobody");

/** An author's name, which leads to what he wrote. */
export function by(author: Author | undefined) {
  return author ? html`<a class="by" href="${base}?author=${author.id}">${nameOf(author)}</a>` : t("post.nobody");
}

/** Tags, each of which leads to its posts. */
export function tagList(tags: string[]) {
  return tags.length
    ? html`<ul class="taglist" aria-label=${t("post.tags")}>${tags.map((tag) => html`<li><a href="${base}?tag=${encodeURIComponent(tag)}">#${tag}</a></li>`)}</ul>`
    : nothing;
}

/** What others are to know of a post besides its text. */
export function marks(post: { state: State; visibility: Visibility; hidden?: boolean; locked?: boolean; deletedAt?: string; publishAt?: string }) {
  return html`${post.state !== "published" ? html`<span class="tag">${t(`post.state.${post.state}`)}</span>` : nothing}
    ${post.visibility !== "public" ? html`<span class="tag">${t(`post.visibility.${post.visibility}`)}</span>` : nothing}
    ${post.hidden ? html`<span class="tag bad">${t("post.hidden")}</span>` : nothing}
    ${post.locked ? html`<span class="tag">${t("post.locked")}</span>` : nothing}
    ${post.deletedAt ? html`<span class="tag bad">${t("post.deleted")}</span>` : nothing}`;
}

export const when = (post: { publishedAt?: string; updatedAt: string }) => time(post.publishedAt ?? post.updatedAt, "day");

/** A date and time as such a field has it, in one's own zone. */
export function fieldOf(moment: string | undefined): string {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** The moment that such a field says; undefined if it says none. */
export function momentOf(field: string | undefined): string | undefined {
  return field ? new Date(field).toISOString() : undefined;
}

/** A list of words as it is read. */
export const listed = (words: string[]) => new Intl.ListFormat(language).format(words);
