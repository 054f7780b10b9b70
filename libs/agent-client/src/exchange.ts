import type { Client, Dispatcher } from 'undici';
import { type PreludeListener, PreludeSieve } from './prelude-sieve.js';

export interface Reply {
  status: number;
  body: Buffer;
  /** The header of that name. */
  retryAfter?: string;
}

/** The answer is longer than the caller takes; the connection was closed. */
export class ReplyTooLargeError extends Error {
  constructor(readonly limitBytes: number) {
    super(`the answer is larger than ${limitBytes} bytes`);
    this.name = 'ReplyTooLargeError';
  }
}

export interface ExchangeRequest extends PreludeListener {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: string | AsyncIterable<string>;
  /** The longest answer that is taken, in bytes. */
  limitBytes: number;
  /** Called whenever something of the answer has come. */
  onData?: () => void;
  /** Called when the answer's line, or the answer, has come: nobody reads more of the body then. */
  onAnswer?: () => void;
}

const NEWLINE = 0x0a;
const JSON_HEADERS = ['content-type', 'application/json'];

/** One request and its whole answer, without what comes ahead of it. Aborting it closes its connection, so that the other side notices. */
export class Exchange {
  readonly reply: Promise<Reply>;
  private settle!: { resolve: (reply: Reply) => void; reject: (reason: Error) => void };
  private controller: Dispatcher.DispatchController | undefined;
  private aborted: Error | undefined;

  constructor(client: Client, request: ExchangeRequest) {
    this.reply = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    const { method, path } = request;
    // What undici reads from the body is any iterable; its types name only Node's own streams.
    const body = request.body as Dispatcher.DispatchOptions['body'];
    client.dispatch({ method, path, body, headers: JSON_HEADERS }, this.handler(request));
  }

  /** Whether the other side may have heard of it. */
  get begun(): boolean {
    return this.controller !== undefined;
  }

  /** Ends the exchange, unless it has ended: `reply` rejects with the reason at once. */
  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = reason;
    this.settle.reject(reason);
    this.controller?.abort(reason);
  }

  private handler({
    limitBytes,
    onData,
    onAnswer,
    ...listener
  }: ExchangeRequest): Dispatcher.DispatchHandler {
    const chunks: Buffer[] = [];
    const prelude = new PreludeSieve(listener);
    let size = 0;
    const keep = (part: Buffer) => {
      size += part.length;
      if (size > limitBytes) return this.abort(new ReplyTooLargeError(limitBytes));
      if (part.length > 0) chunks.push(part);
      if (part.includes(NEWLINE)) onAnswer?.();
    };
    let status = 0;
    let retryAfter: string | undefined;
    return {
      onRequestStart: (controller) => {
        this.controller = controller;
        if (this.aborted) controller.abort(this.aborted);
      },
      onResponseStart: (_, statusCode, headers) => {
        status = statusCode;
        retryAfter = [headers['retry-after']].flat()[0];
      },
      onResponseData: (_, chunk) => {
        onData?.();
        keep(prelude.take(chunk));
      },
      onResponseEnd: () => {
        keep(prelude.end());
        onAnswer?.();
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
        this.settle.resolve({ status, body, retryAfter });
      },
      onResponseError: (_, error) => this.settle.reject(error),
    };
  }
}
