import type { Envelope, Problem } from "./types";

/** The API answered with an error, or did not answer (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Nobody is there to answer: not a wrong question, and worth asking again. */
  get isOutage(): boolean {
    return [0, 502, 503, 504].includes(this.status);
  }
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** GETs `path`. Throws ApiError, or AbortError once `signal` fires. */
export async function fetchEnvelope<T>(
  path: string,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Envelope<T>> {
  const answer = await request(`${path}${query(parameters)}`, signal);
  if (!answer.ok) throw new ApiError(answer.status, await reason(answer));
  return (await answer.json()) as Envelope<T>;
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(20_000);
  try {
    return await fetch(url, {
      signal: AbortSignal.any([signal, limit]),
      headers: { accept: "application/json" },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, limit.aborted ? "no answer within 20 s" : "the server cannot be reached");
  }
}

async function reason(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  return problem.detail ?? problem.title ?? `status ${answer.status}`;
}

function query(parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}
