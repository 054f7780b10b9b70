import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Service } from './service.js';

export interface MetricsServerOptions {
  /** 0 takes a free one. */
  port: number;
  /** The address to listen on; by default only processes of this machine get through. */
  bind?: string;
  registry: Registry;
  /** Why the process is not ready for work; undefined where it is. */
  fault?: () => string | undefined;
}

const LIVE = JSON.stringify({ status: 'ok' });

/** Serves `GET /livez`, `GET /readyz` and `GET /metrics` for a process that serves nothing else over HTTP. */
export class MetricsServer implements Service {
  readonly name = 'metrics server';
  private readonly server: Server;

  constructor(private readonly options: MetricsServerOptions) {
    this.server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
      void this.answer(request, response);
    });
  }

  /** Where it listens. @throws {Error} before it has started. */
  get port(): number {
    const address = this.server.address() as AddressInfo | null;
    if (!address) throw new Error('the metrics server does not listen');
    return address.port;
  }

  start(): Promise<void> {
    const { port, bind = '127.0.0.1' } = this.options;
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, bind, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET') return reply(response, 405, 'text/plain', 'only GET');
    if (url === '/livez') return reply(response, 200, 'application/json', LIVE);
    if (url === '/readyz') return this.ready(response);
    if (url !== '/metrics') return reply(response, 404, 'text/plain', 'not found');
    const { registry } = this.options;
    try {
      reply(response, 200, registry.contentType, await registry.metrics());
    } catch (error) {
      reply(response, 500, 'text/plain', `a metric cannot be read: ${String(error)}`);
    }
  }

  private ready(response: ServerResponse): void {
    const reason = this.options.fault?.();
    if (reason === undefined) return reply(response, 200, 'application/json', LIVE);
    reply(response, 503, 'application/json', JSON.stringify({ status: 'unavailable', reason }));
  }
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
