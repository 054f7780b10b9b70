import { Client } from 'undici';
import { join } from 'node:path';
import { AGENT_SOCKET } from '@agentainer/contracts/agent-paths';
import { formatTaskId } from '@agentainer/core';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import { lost, protocolFault, resultTooLarge, silent, stopped, timedOut } from './attempt-faults.js';
import { AttemptTimer } from './attempt-timer.js';
import { Exchange, ReplyTooLargeError } from './exchange.js';
import { isHealthy } from './health.js';
import { type AgentAnswer, ENVELOPE_BYTES, readAnswer } from './read-answer.js';
import { SilenceTimer } from './silence-timer.js';
import { InputUnreadableError, type LeaseClaim, taskBody } from './task-body.js';

/** The longest result of a task by default, in bytes of JSON. */
export const MAX_RESULT_BYTES = 1_024 * 1_024;
/** How long a connection may take, in milliseconds. */
const CONNECT_MS = 5_000;
/** How long a connection without tasks is kept, in milliseconds. */
const KEEP_ALIVE_MS = 60_000;
/** How long an agent may take to end a task that it was told to stop, in milliseconds. */
const STOP_GRACE_MS = 2_000;
/** What undici calls an answer that is not HTTP, or has headers without end. */
const NO_HTTP: ReadonlySet<string> = new Set(['HTTPParserError', 'HeadersOverflowError']);

class TimedOutError extends Error {}
class SilentError extends Error {}
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

  /**
   * Runs one attempt. Never throws: what goes wrong is part of the answer. Its connection closes with it then. When
   * the attempt's signal aborts, the agent is told so, and given a moment to answer: one that did may be used again.
   */
  async run(lease: LeaseClaim, attempt: AttemptRequest): Promise<AgentAnswer> {
    if (attempt.signal.aborted) return abandoned();
    this.running += 1;
    // Only who reads an input that comes in parts is told of the answer.
    const answered = typeof attempt.input === 'string' ? undefined : new AbortController();
    const silence = new SilenceTimer(attempt.heartbeatTimeoutMs, () => exchange.abort(new SilentError()));
    const timer = new AttemptTimer(() => exchange.abort(new TimedOutError()));
    const exchange = new Exchange(this.http, {
      method: 'POST',
      path: '/tasks',
      body: taskBody(lease, attempt, answered?.signal, () => {
        if (attempt.inputTimeMs !== undefined) timer.set(attempt.timeoutMs);
      }),
      limitBytes: this.maxResultBytes + ENVELOPE_BYTES,
      onData: () => silence.heard(),
      onProgress: attempt.onProgress,
      onLog: attempt.onLog,
      onAnswer: () => answered?.abort(),
    });
    timer.set(attempt.inputTimeMs ?? attempt.timeoutMs);
    let grace: NodeJS.Timeout | undefined;
    const stop = () => {
      grace = setTimeout(() => exchange.abort(new AbandonedError()), STOP_GRACE_MS);
      void this.tellToStop(attempt);
    };
    attempt.signal.addEventListener('abort', stop, { once: true });
    try {
      const result = readAnswer(await exchange.reply, this.maxResultBytes);
      if (!grace || result.kind !== 'failed' || result.suspect) return result;
      return { ...stopped(result.error.message), clean: result.clean };
    } catch (error) {
      return this.resultOf(error, attempt, exchange.begun);
    } finally {
      this.running -= 1;
      timer.stop();
      silence.stop();
      clearTimeout(grace);
      attempt.signal.removeEventListener('abort', stop);
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

  /** The task's own connection is taken up by it, so this one is beside it. What comes of it shows there. */
  private async tellToStop(attempt: AttemptRequest): Promise<void> {
    const beside = connect(this.directory);
    const path = `/tasks/${formatTaskId(attempt)}`;
    const exchange = new Exchange(beside, { method: 'DELETE', path, limitBytes: ENVELOPE_BYTES });
    const timer = setTimeout(() => exchange.abort(new TimedOutError()), STOP_GRACE_MS);
    await exchange.reply.catch(() => undefined);
    clearTimeout(timer);
    await beside.destroy();
  }

  private resultOf(
    error: unknown,
    { timeoutMs, heartbeatTimeoutMs }: AttemptRequest,
    begun: boolean,
  ): AttemptResult {
    if (error instanceof TimedOutError) return timedOut(timeoutMs);
    if (error instanceof SilentError) return silent(heartbeatTimeoutMs!);
    if (error instanceof AbandonedError) return abandoned();
    if (error instanceof ReplyTooLargeError) return resultTooLarge(this.maxResultBytes);
    if (error instanceof InputUnreadableError) return lost('ATTEMPT_LOST', error.message);
    const { name, message } = error as Error;
    if (NO_HTTP.has(name)) return protocolFault(`the agent does not speak HTTP: ${message}`);
    if (!begun) return lost('AGENT_STOPPED', `the agent was gone before the task came: ${message}`);
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
