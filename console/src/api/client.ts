import { token } from "../state/session";
import type { paths } from "./schema";
import type { FieldError, Problem } from "./types";

type Ok<O> = O extends { responses: { 200: { content: { "application/json": infer T } } } } ? T : never;
type Gettable = { [P in keyof paths]: paths[P] extends { get: unknown } ? P : never }[keyof paths];
type Query = Record<string, string | number | undefined>;

// API Gateway ends a call after 30 s; what takes longer was lost on its way.
const TIMEOUT_MS = 35_000;

/** Why a call failed, in the API's words; `status` 0 when nothing answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    detail: string,
    readonly fields: readonly FieldError[] = [],
  ) {
    super(detail);
  }
}

/** GET one of the contract's paths; `{variables}` are filled from `names` in order. */
export function get<P extends Gettable>(
  path: P,
  names: readonly string[] = [],
  query: Query = {},
  signal?: AbortSignal,
): Promise<Ok<paths[P]["get"]>> {
  return send("GET", filled(path, names) + asQuery(query), undefined, {}, signal);
}

/** A call that changes something, or a preview; what it answers is the caller's to name. */
export function write<T = unknown>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  names: readonly string[],
  body?: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<T> {
  return send(method, filled(path, names), body, headers, signal);
}

export function filled(path: string, names: readonly string[]): string {
  const rest = [...names];
  return path.replace(/\{\w+\}/g, () => encodeURIComponent(rest.shift() ?? ""));
}

async function send<T>(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<T> {
  const bearer = await token();
  const [response, text] = await answer(path, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])]),
  });
  if (!response.ok) throw failure(response.status, text);
  return (text ? JSON.parse(text) : undefined) as T;
}

async function answer(path: string, init: RequestInit): Promise<[Response, string]> {
  try {
    const response = await fetch(path, init);
    return [response, await response.text()];
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "offline", "The API cannot be reached from this browser.");
  }
}

function failure(status: number, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as Partial<Problem> & { message?: string };
    const slug = problem.type?.replace("/problems/", "") ?? "";
    return new ApiError(status, slug, problem.detail ?? problem.message ?? text, problem.errors ?? []);
  } catch {
    return new ApiError(status, "", `The API answered ${status}.`);
  }
}

function asQuery(query: Query): string {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === "" ? [] : [[key, String(value)]],
  );
  return given.length ? `?${new URLSearchParams(given)}` : "";
}
