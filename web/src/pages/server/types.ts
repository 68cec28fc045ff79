export interface Health {
  status: "healthy" | "degraded" | "unhealthy";
  checks: Record<string, { status: "healthy" | "degraded" | "unhealthy" }>;
}

export interface ServerState {
  version: string;
  startedAt: string;
  modules: string[];
  engine: "sqlite" | "postgres";
  dataBytes: number;
  disk?: { freeBytes: number; totalBytes: number };
}

export interface Job {
  id: string;
  module: string;
  kind: string;
  state: "waiting" | "running" | "parked";
  dueAt: string;
  attempts: number;
  progress?: string;
  error?: string;
  parkedAt?: string;
}

export interface Parked {
  id: string;
  module: string;
  name: string;
  key: string;
  parkedAt: string;
  attempts: number;
  error: string;
}

export interface Backup {
  name: string;
  createdAt: string;
  length: number;
  modules: string[];
  check?: { at: string; fault?: string };
  links: Record<string, string>;
}

export interface Backups {
  items: Backup[];
  work?: { action: "make" | "check"; name: string; startedAt: string; step?: string; done: number; total: number; endedAt?: string; fault?: string };
}

/** Ill is an answer, too. */
export const readHealth = async (): Promise<Health> => (await fetch("/health")).json();
