import type { ServerResponse } from 'node:http';

/** What a task says while it runs: lines ahead of its answer. */
export class LinesAhead {
  constructor(private readonly response: ServerResponse) {}

  /** Bytes that were sent and not taken yet. */
  get untaken(): number {
    return this.response.writableLength;
  }

  /** Sends the line at once. False where nobody is there to read it. */
  send(line: string): boolean {
    const { response } = this;
    if (response.destroyed || response.writableEnded) return false;
    if (!response.headersSent) {
      response.sendDate = false;
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    }
    response.write(line);
    // Node holds it back until the handler gives way, which may be long after.
    response.socket?.uncork();
    return true;
  }
}
