import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { EngineRequestError } from './errors.js';

export interface EngineRequest {
  socketPath: string;
  method: 'GET' | 'POST';
  path: string;
  query?: Record<string, string>;
  /** A tar archive. */
  body?: Readable;
  timeoutMs: number;
}

/**
 * One request to a container engine over its Unix socket; resolves with the body of a 2xx answer.
 * For the few requests of set-up; agents are the business of the docker driver.
 * @throws {EngineRequestError}
 */
export async function engineRequest(options: EngineRequest): Promise<string> {
  const { socketPath, method, body } = options;
  const path = `${options.path}?${new URLSearchParams(options.query).toString()}`;
  const signal = AbortSignal.timeout(options.timeoutMs);
  const headers = body ? { 'content-type': 'application/x-tar' } : {};
  const sent = request({ socketPath, method, path, headers, signal });
  try {
    const [answer] = await Promise.all([
      new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject)),
      body ? pipeline(body, sent) : sent.end(),
    ]);
    const content = await text(answer);
    if (answer.statusCode! < 300) return content;
    throw new EngineRequestError(`${method} ${options.path}: ${answer.statusCode} ${content.trim()}`);
  } catch (error) {
    if (error instanceof EngineRequestError) throw error;
    throw new EngineRequestError(`${method} ${options.path}: no answer`, { cause: error });
  }
}

/** Whether a container engine answers at this socket. */
export async function engineAnswers(socketPath: string): Promise<boolean> {
  const ping = { socketPath, method: 'GET', path: '/_ping', timeoutMs: 2_000 } as const;
  return (await engineRequest(ping).catch(() => '')) === 'OK';
}
