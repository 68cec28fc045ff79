export const base = "/console/rooms";

export interface Room {
  id: string;
  slug?: string;
  name: string;
  kind: "room" | "direct" | "group";
  visibility: "public" | "private";
  slowSeconds: number;
  retentionDays?: number;
  createdAt: string;
  lastSeq: number;
  role?: string;
  rights: string[];
}

export interface Report {
  id: string;
  room: { id: string; name: string; slug?: string };
  message?: { id: string; seq: number; sender?: string; text: string; at: string; deletedAt?: string };
  reason: string;
  at: string;
  resolution?: string;
  resolvedAt?: string;
}

export interface Member {
  account: string;
  username?: string;
  displayName?: string;
  role: string;
  joinedAt: string;
  mutedUntil?: string;
}

export interface Deed {
  id: string;
  at: string;
  action: string;
  actor?: string;
  account?: string;
  seq?: number;
  reason?: string;
}

export function chatAddress(room: { id: string; slug?: string }): string {
  return `/chat/${room.slug ?? room.id}`;
}
