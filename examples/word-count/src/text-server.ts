import type { Service } from '@agentainer/runtime';
import { chmodSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { readText } from './machine-texts.js';

/** Serves texts over HTTP on a Unix socket: `GET /texts` lists their paths, `GET /texts/<number>` is one of them. */
export class TextServer implements Service {
  readonly name = 'text server';
  private readonly server = createServer((request, response) => this.answer(request.url ?? '', response));

  constructor(
    private readonly socketPath: string,
    private readonly texts: readonly string[],
  ) {}

  async start(): Promise<void> {
    this.server.listen(this.socketPath);
    await once(this.server, 'listening');
    // Agents run as a user of their own.
    chmodSync(this.socketPath, 0o666);
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private answer(url: string, response: ServerResponse): void {
    const number = /^\/texts\/(\d+)$/.exec(url)?.[1];
    const file = number === undefined ? undefined : this.texts[Number(number)];
    if (url === '/texts') {
      response.end(JSON.stringify(this.texts.map((_, i) => `/texts/${i}`)));
    } else if (file !== undefined) {
      response.setHeader('content-type', 'text/plain; charset=utf-8').end(readText(file));
    } else {
      response.writeHead(404).end();
    }
  }
}
