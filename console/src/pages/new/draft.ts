import { signal } from "@preact/signals";
import type { MirrorRequest } from "../../api/types";

/** The form as it is typed; `external` is a secret and is kept nowhere. */
export interface Draft {
  connectCluster: string;
  kind: "managed" | "external";
  source: string;
  usePrivateIps: boolean;
  external: string;
  alias: string;
  rename: boolean;
  topicsRegex: string;
  topicsExclude: string;
  maxTasks: string;
  targetLatency: string;
  startFrom: "earliest" | "latest";
  syncGroupOffsets: boolean;
  groupsRegex: string;
  description: string;
  tags: string;
}

const KEY = "lockstep.draft";
const EMPTY: Draft = {
  connectCluster: "",
  kind: "managed",
  source: "",
  usePrivateIps: false,
  external: "",
  alias: "",
  rename: true,
  topicsRegex: ".*",
  topicsExclude: "",
  maxTasks: "",
  targetLatency: "30000",
  startFrom: "earliest",
  syncGroupOffsets: false,
  groupsRegex: ".*",
  description: "",
  tags: "",
};

export const draft = signal<Draft>({ ...EMPTY, ...stored() });

/** Changes some fields; the draft survives a reload, without its secret. */
export function type(fields: Partial<Draft>): void {
  draft.value = { ...draft.value, ...fields };
  const { external: _secret, ...kept } = draft.value;
  sessionStorage.setItem(KEY, JSON.stringify(kept));
}

export function forget(): void {
  sessionStorage.removeItem(KEY);
  draft.value = EMPTY;
}

/** What the API is asked; what is left empty is left to its defaults. */
export function requestOf(one: Draft): MirrorRequest {
  const from =
    one.kind === "managed"
      ? { managedCluster: { sourceKafkaClusterId: one.source, usePrivateIps: one.usePrivateIps } }
      : { externalCluster: { sourceConnectionProperties: one.external } };
  const tags = Object.fromEntries(lines(one.tags).map((line) => halves(line)));
  const exclude = lines(one.topicsExclude);
  return {
    connectCluster: one.connectCluster,
    sourceCluster: { ...(one.alias ? { alias: one.alias } : {}), ...from },
    renameMirroredTopics: one.rename,
    topicsRegex: one.topicsRegex,
    targetLatency: Number(one.targetLatency),
    startFrom: one.startFrom,
    syncGroupOffsets: one.syncGroupOffsets,
    ...(exclude.length > 0 ? { topicsExclude: exclude } : {}),
    ...(one.maxTasks ? { maxTasks: Number(one.maxTasks) } : {}),
    ...(one.syncGroupOffsets ? { groupsRegex: one.groupsRegex } : {}),
    ...(one.description ? { description: one.description } : {}),
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
  } as MirrorRequest;
}

/** Whether there is enough to ask for a preview. */
export function isAskable(one: Draft): boolean {
  return !!one.connectCluster && (one.kind === "managed" ? !!one.source : !!one.external);
}

function stored(): Partial<Draft> {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Draft>;
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

function halves(line: string): [string, string] {
  const at = line.indexOf(":");
  return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
