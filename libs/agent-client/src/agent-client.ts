import { Client } from 'undici';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import { lost, protocolFault, resultTooLarge, timedOut } from './attempt-faults.js';
import { Exchange, ReplyTooLargeError } from './exchange.js';
import { isHealthy } from './health.js';
import { ENVELOPE_BYTES, readAnswer } from './read-answer.js';
import { InputUnreadableError, type LeaseClaim, taskBody } from './task-body.js';

/** The longest result of a task by default, in bytes of JSON. */
export const MAX_RESULT_BYTES = 1_024 * 1_024;
/** How long a connection may take, in milliseconds. */
const CONNECT_MS = 5_000;
/** How long a connection without tasks is kept, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;
/** A longer wait does not fit a timer: about 24.8 days, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** What undici calls an answer that is not HTTP, or has headers without end. */
const NO_HTTP: ReadonlySet<string> = new Set(['HTTPParserError', 'HeadersOverflowError']);

class TimedOutError extends Error {}
class AbandonedError extends Error {}

/** Runs tasks on one agent, one at a time, over one connection that stays open between them. */
export class AgentClient {
  private readonly http: Client;
  private running = 0;

  /** @param directory the agent's, where its socket is */
  constructor(
    private readonly directory: string,
    private readonly maxResultBytes: number = MAX_RESULT_BYTES,
  ) {
    this.http = connect(directory);
  }

  /** Runs one attempt. Never throws: what goes wrong is part of the answer. Its connection closes with it then. */
  async run(lease: LeaseClaim, attempt: AttemptRequest): Promise<AttemptResult> {
    if (attempt.signal.aborted) return abandoned();
    this.running += 1;
    const exchange = new Exchange(this.http, {
      method: 'POST',
      path: '/tasks',
      body: taskBody(lease, attempt),
      limitBytes: this.maxResultBytes + ENVELOPE_BYTES,
    });
    const timer = setTimeout(
      () => exchange.abort(new TimedOutError()),
      Math.min(attempt.timeoutMs, LONGEST_TIMER_MS),
    );
    const abandon = () => exchange.abort(new AbandonedError());
    attempt.signal.addEventListener('abort', abandon, { once: true });
    try {
      return readAnswer(await exchange.reply, this.maxResultBytes);
    } catch (error) {
      return this.resultOf(error, attempt);
    } finally {
      this.running -= 1;
      clearTimeout(timer);
      attempt.signal.removeEventListener('abort', abandon);
    }
  }

  /**
   * Whether the agent says within `deadlineMs` that it is well. Never throws. Asks over the kept connection, or
   * beside it while a task runs there.
   */
  async probe(deadlineMs: number): Promise<boolean> {
    if (this.running === 0) return isHealthy(this.http, deadlineMs);
    const beside = connect(this.directory);
    const healthy = await isHealthy(beside, deadlineMs);
    await beside.destroy();
    return healthy;
  }

  /** Takes no more tasks; resolves when those under way have ended and the connection is closed. */
  async close(): Promise<void> {
    if (!this.http.closed) await this.http.close();
  }

  /** Ends what is under way and closes the connection. */
  async destroy(): Promise<void> {
    await this.http.destroy();
  }

  private resultOf(error: unknown, { timeoutMs }: AttemptRequest): AttemptResult {
    if (error instanceof TimedOutError) return timedOut(timeoutMs);
    if (error instanceof AbandonedError) return abandoned();
    if (error instanceof ReplyTooLargeError) return resultTooLarge(this.maxResultBytes);
    if (error instanceof InputUnreadableError) return lost('ATTEMPT_LOST', error.message);
    const { name, message } = error as Error;
    if (NO_HTTP.has(name)) return protocolFault(`the agent does not speak HTTP: ${message}`);
    return lost('AGENT_LOST', `the connection to the agent failed: ${message}`);
  }
}

function connect(directory: string): Client {
  return new Client('http://agent', {
    socketPath: join(directory, AGENT_SOCKET),
    pipelining: 1,
    connectTimeout: CONNECT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A task takes as long as its own timeout allows.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function abandoned(): AttemptResult {
  return lost('ATTEMPT_LOST', 'the worker gave the attempt up');
}
