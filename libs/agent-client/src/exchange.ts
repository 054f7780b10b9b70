import type { Client, Dispatcher } from 'undici';

export interface Reply {
  status: number;
  body: Buffer;
}

/** The answer is longer than the caller takes; the connection was closed. */
export class ReplyTooLargeError extends Error {
  constructor(readonly limitBytes: number) {
    super(`the answer is larger than ${limitBytes} bytes`);
    this.name = 'ReplyTooLargeError';
  }
}

export interface ExchangeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: string | AsyncIterable<string>;
  /** The longest answer that is taken, in bytes. */
  limitBytes: number;
}

const JSON_HEADERS = ['content-type', 'application/json'];

/** One request and its whole answer. Aborting it closes its connection, so that the other side notices. */
export class Exchange {
  readonly reply: Promise<Reply>;
  private settle!: { resolve: (reply: Reply) => void; reject: (reason: Error) => void };
  private controller: Dispatcher.DispatchController | undefined;
  private aborted: Error | undefined;

  constructor(client: Client, request: ExchangeRequest) {
    this.reply = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    const { limitBytes, ...options } = request;
    // What undici reads from the body is any iterable; its types name only Node's own streams.
    const body = options.body as Dispatcher.DispatchOptions['body'];
    client.dispatch({ ...options, body, headers: JSON_HEADERS }, this.handler(limitBytes));
  }

  /** Ends the exchange, unless it has ended: `reply` rejects with the reason at once. */
  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = reason;
    this.settle.reject(reason);
    this.controller?.abort(reason);
  }

  private handler(limitBytes: number): Dispatcher.DispatchHandler {
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    return {
      onRequestStart: (controller) => {
        this.controller = controller;
        if (this.aborted) controller.abort(this.aborted);
      },
      onResponseStart: (_, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_, chunk) => {
        size += chunk.length;
        if (size > limitBytes) return this.abort(new ReplyTooLargeError(limitBytes));
        chunks.push(chunk);
      },
      onResponseEnd: () => {
        const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
        this.settle.resolve({ status, body });
      },
      onResponseError: (_, error) => this.settle.reject(error),
    };
  }
}
