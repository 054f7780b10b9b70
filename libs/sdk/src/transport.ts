import { setTimeout as sleep } from 'node:timers/promises';
import { problemSchema } from '@agentainer/contracts';
import { apiError, UnexpectedAnswerError, UnreachableError } from './api-errors.js';

export interface TransportOptions {
  /** Of the server, such as `http://127.0.0.1:8081`. */
  url: string;
  key?: string;
  /** Of one call with all its retries, in milliseconds. */
  timeoutMs?: number;
  /** In place of the global one, which keeps its connections open. */
  fetch?: typeof fetch;
}

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
  /** Of a POST that makes something: it may be sent again. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
/** What the network says before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** What servers and proxies answer where the same request may succeed later. */
const TRANSIENT = new Set([502, 503, 504]);

type Attempt =
  | { kind: 'answer'; response: Response; text: string }
  /** `sent`: whether the server may have got it. */
  | { kind: 'lost'; error: UnreachableError; sent: boolean };

/**
 * Sends requests. A GET or PUT is sent again after a transient failure, and so is what carries an idempotency key,
 * alike in all its attempts; others only where the server cannot have got them, so that nothing is made twice.
 */
export class Transport {
  private readonly base: string;
  private readonly timeoutMs: number;
  private readonly fetch: typeof fetch;

  constructor(private readonly options: TransportOptions) {
    const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
      throw new TypeError(`not the URL of a server: "${options.url}"`);
    }
    this.base = options.url.replace(/\/+$/, '');
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.fetch = options.fetch ?? ((...call) => globalThis.fetch(...call));
  }

  /** The text of a successful answer. @throws {ApiError} @throws {UnreachableError} @throws {UnexpectedAnswerError} */
  async text(request: ApiRequest): Promise<string> {
    const timeUp = AbortSignal.timeout(this.timeoutMs);
    const signal = request.signal ? AbortSignal.any([timeUp, request.signal]) : timeUp;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.attempt(request, signal);
      if (outcome.kind === 'answer' && outcome.response.ok) return outcome.text;
      const error = outcome.kind === 'lost' ? outcome.error : this.refusal(outcome.response, outcome.text);
      if (attempt >= MAX_ATTEMPTS || signal.aborted || !mayRepeat(request, outcome)) throw error;
      // When the time is up during the pause, the reason for the pause is what went wrong.
      await sleep(pauseMs(attempt, outcome), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }

  /** A successful answer, as the schema reads it. */
  async json<T>(request: ApiRequest, schema: { parse(value: unknown): T }): Promise<T> {
    const text = await this.text(request);
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new UnexpectedAnswerError(this.urlOf(request), 'it is not what this API answers', {
        cause: error,
      });
    }
  }

  /**
   * The body of a successful answer, part by part as it comes, without an end of its own. Asked for once; what goes wrong on the way
   * is an {@link UnreachableError}.
   */
  async *parts(request: ApiRequest & { signal: AbortSignal }): AsyncGenerator<string> {
    const { signal } = request;
    let error: unknown;
    try {
      const response = await this.send(request, signal);
      if (!response.ok) error = this.refusal(response, await response.text());
      else {
        const decoder = new TextDecoder();
        for await (const part of response.body!) yield decoder.decode(part as Uint8Array, { stream: true });
        return;
      }
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const { code, message } = causeOf(thrown);
      error = new UnreachableError(this.base, code ?? message, { cause: thrown });
    }
    throw error;
  }

  private async attempt(request: ApiRequest, signal: AbortSignal): Promise<Attempt> {
    try {
      const response = await this.send(request, signal);
      return { kind: 'answer', response, text: await response.text() };
    } catch (error) {
      if (request.signal?.aborted) throw error;
      const { code, message } = causeOf(error);
      const reason = signal.aborted ? `no answer within ${this.timeoutMs} ms` : (code ?? message);
      const lost = new UnreachableError(this.base, reason, { cause: error });
      return { kind: 'lost', error: lost, sent: !NEVER_SENT.has(code ?? '') };
    }
  }

  private send(request: ApiRequest, signal: AbortSignal): Promise<Response> {
    const { method, body, idempotencyKey } = request;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (this.options.key) headers.authorization = `Bearer ${this.options.key}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (body !== undefined) headers['content-type'] = 'application/json';
    return this.fetch(this.urlOf(request), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      // A redirect could lead the key to somebody else.
      redirect: 'error',
      signal,
    });
  }

  private refusal(response: Response, text: string): Error {
    const problem = problemSchema.safeParse(parseJson(text));
    if (problem.success) return apiError(problem.data);
    return new UnexpectedAnswerError(this.base, `status ${response.status} without a problem`);
  }

  private urlOf({ path, query }: ApiRequest): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) parameters.set(name, String(value));
    }
    return `${this.base}${path}${parameters.size > 0 ? `?${parameters}` : ''}`;
  }
}

function mayRepeat({ method, idempotencyKey }: ApiRequest, outcome: Attempt): boolean {
  const harmless = method === 'GET' || method === 'PUT' || idempotencyKey !== undefined;
  if (outcome.kind === 'lost') return harmless || !outcome.sent;
  const { status, headers } = outcome.response;
  // A conflict that names a time passes: an earlier attempt, whose answer was lost, is still being worked on.
  const busy = status === 409 && idempotencyKey !== undefined && headers.has('retry-after');
  return harmless && (TRANSIENT.has(status) || busy);
}

/** Doubles from one to the next, with jitter, so that many clients do not come back at once; longer where the server asks for it. */
function pauseMs(attempt: number, outcome: Attempt): number {
  const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  const asked = outcome.kind === 'answer' ? Number(outcome.response.headers.get('retry-after')) * 1_000 : 0;
  return Math.max(pause, Math.min(asked || 0, MAX_PAUSE_MS));
}

/** `fetch` hides what happened in the cause of its error. */
function causeOf(error: unknown): { code?: string; message: string } {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message: string };
  return { code: cause?.code, message: cause?.message || message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
