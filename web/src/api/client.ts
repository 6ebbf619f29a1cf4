import createClient from "openapi-fetch";
import type { paths } from "../../.generated/schema";

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

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new OfflineError("The node does not answer.");
  }
}

/** The API as its OpenAPI document describes it: paths, parameters, bodies and answers are checked when the page is built. */
export const http = createClient<paths>({ credentials: "same-origin", cache: "no-store", fetch: reach });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function sentenceOf(error: unknown, response: Response): string {
  const problem = (typeof error === "object" ? error : null) as { detail?: string; title?: string } | null;
  return problem?.detail ?? problem?.title ?? (response.statusText || `Status ${response.status}`);
}

/** The data of an answer, or an error that carries the node's sentence. */
export async function take<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (!response.ok) throw new ApiError(response.status, sentenceOf(error, response));
  return data as T;
}

/** What to say about a failure: the node's sentence when it gave one. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
