import type { ServerResponse } from 'node:http';

const LINE = '{"type":"heartbeat"}\n';

/**
 * The signs of life of one task, sent ahead of its answer: by themselves while the event loop lives, and by handlers
 * that keep it busy. Nothing is sent where the worker did not ask for it.
 */
export class Heartbeats {
  private readonly timer: NodeJS.Timeout | undefined;
  private sentAt = performance.now();

  /** @param everyMs how often the worker wants one; undefined where it wants none */
  constructor(
    private readonly response: ServerResponse,
    private readonly everyMs: number | undefined,
  ) {
    if (everyMs !== undefined) this.timer = setInterval(() => this.send(), everyMs);
  }

  /** Says that the task makes progress; may be called as often as one likes. */
  readonly beat = (): void => {
    if (this.everyMs !== undefined && performance.now() - this.sentAt >= this.everyMs / 2) this.send();
  };

  stop(): void {
    clearInterval(this.timer);
  }

  private send(): void {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return;
    if (!response.headersSent) {
      response.sendDate = false;
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    }
    response.write(LINE);
    // Node holds it back until the handler gives way, which may be long after.
    response.socket?.uncork();
    this.sentAt = performance.now();
  }
}
