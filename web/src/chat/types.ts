// What the API says of rooms and messages: docs/guide/messaging.md.
export interface Room {
  id: string;
  slug?: string;
  name: string;
  kind: "room" | "direct" | "group";
  visibility: "public" | "private";
  slowSeconds: number;
  retentionDays?: number;
  lastSeq: number;
  lastChange: number;
  role?: string;
  readSeq?: number;
  rights: string[];
}

export interface StoredFile {
  id: string;
  name: string;
  mediaType: string;
  size: number;
  width?: number;
  height?: number;
  links: Record<string, string>;
}

export interface Message {
  room: string;
  seq: number;
  id: string;
  sender?: string;
  clientId?: string;
  text: string;
  at: string;
  replyTo?: number;
  editedAt?: string;
  deletedAt?: string;
  reactions?: { emoji: string; accounts: string[] }[];
  mentions?: string[];
  attachments?: StoredFile[];
  mentionsRoom?: boolean;
  change: number;
}

export interface Reading {
  room: string;
  readSeq: number;
  unreadFrom?: number;
  firstUnread?: number;
  unread: number;
  mentions: number;
}

export interface Member {
  account: string;
  username?: string;
  displayName?: string;
  role: string;
  mutedUntil?: string;
  readSeq: number;
  presence?: Presence["state"];
  lastSeen?: string;
}

export interface Presence {
  account: string;
  state: "online" | "away" | "offline";
  lastSeen?: string;
}

export interface MemberState {
  account: string;
  role: string;
  state: "in" | "out" | "banned";
  readSeq: number;
  mutedUntil?: string;
}

export interface RoomChanges {
  room: string;
  after: number;
  change: number;
  messages: Message[];
  members: MemberState[];
  settings?: Pick<Room, "slug" | "name" | "visibility" | "slowSeconds" | "retentionDays">;
}

export interface RoomSync {
  asked?: string;
  room?: string;
  status: "ok" | "more" | "resync" | "new" | "gone";
  seq: number;
  change: number;
  messages: Message[];
  changes?: RoomChanges;
}

export interface SyncReply {
  rooms: RoomSync[];
  more: boolean;
}

/** Why an event was refused. */
export interface Refusal {
  message: string;
  data: { code: string; status: number; retryAfter?: number; errors?: { pointer: string; detail: string }[] };
}
