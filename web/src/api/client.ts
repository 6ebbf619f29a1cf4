const BASE = "/api/v1";

/** An answer of the node that says no, with the one sentence it gave. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

/** The node could not be reached at all. */
export class OfflineError extends Error {}

/** The proxy in front of a development page answers these while the node is away. */
const GATEWAY_STATUS = new Set([502, 503, 504]);

type Query = Record<string, string | number | undefined | null>;

function address(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) search.set(key, String(value));
  }
  const text = search.toString();
  return BASE + path + (text ? `?${text}` : "");
}

async function sentence(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? response.statusText;
  } catch {
    return response.statusText || `Status ${response.status}`;
  }
}

/** One call of the API; resolves to the raw answer when it says yes. */
export async function send(method: string, path: string, body?: unknown, query?: Query, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address(path, query), {
      method,
      credentials: "same-origin",
      cache: "no-store",
      headers: body === undefined ? undefined : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new OfflineError("The node does not answer.");
  }
  if (GATEWAY_STATUS.has(response.status)) throw new OfflineError("The node does not answer.");
  if (!response.ok) throw new ApiError(response.status, await sentence(response));
  return response;
}

/** One call of the API whose answer is JSON or empty. */
export async function call<T>(method: string, path: string, body?: unknown, query?: Query, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, query, signal);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** What to say about a failure: the node's sentence when it gave one. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
