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
  const answer = await request(`${path}${query(parameters)}`, { signal, method: "GET" }, 20_000);
  if (!answer.ok) throw new ApiError(answer.status, await reason(answer));
  return (await answer.json()) as Envelope<T>;
}

/** POSTs `path`, which does something, and may take long. Throws ApiError. */
export async function act(path: string, parameters: Parameters = {}): Promise<void> {
  const { signal } = new AbortController();
  const headers = { "X-Varve-Action": "1" };
  const url = `${path}${query(parameters)}`;
  const answer = await request(url, { signal, method: "POST", headers }, 3_600_000);
  if (!answer.ok) throw new ApiError(answer.status, await reason(answer));
}

interface Asked {
  readonly signal: AbortSignal;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
}

async function request(url: string, asked: Asked, limitMs: number): Promise<Response> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await fetch(url, {
      method: asked.method,
      signal: AbortSignal.any([asked.signal, limit]),
      headers: { accept: "application/json", ...asked.headers },
    });
  } catch (error) {
    if (asked.signal.aborted) throw error;
    const words = `no answer within ${limitMs / 1000} s`;
    throw new ApiError(0, limit.aborted ? words : "the server cannot be reached");
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
