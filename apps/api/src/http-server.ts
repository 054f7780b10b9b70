import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '@agentainer/runtime';

/** How long requests that run may go on once the server stops, in milliseconds. */
const STOP_DEADLINE_MS = 5_000;
/** How often connections that became idle are closed while it stops. */
const SWEEP_MS = 50;

export interface ListenOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
}

/** Listens for HTTP. Once it stops it takes nothing new, and lets what runs end within a deadline. */
export class HttpServer implements Service {
  readonly name = 'http-server';
  private readonly server: Server;
  private stopping: Promise<void> | undefined;

  constructor(
    listener: RequestListener,
    private readonly options: ListenOptions,
  ) {
    this.server = createServer(
      { requestTimeout: 60_000, headersTimeout: 20_000, keepAliveTimeout: 30_000 },
      listener,
    );
  }

  /** Where it listens, such as `http://127.0.0.1:8081`. @throws {Error} before it has started. */
  get address(): string {
    const address = this.server.address() as AddressInfo | null;
    if (!address) throw new Error('the server does not listen');
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    return `http://${host}:${address.port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    this.stopping ??= this.server.listening ? this.close() : Promise.resolve();
    return this.stopping;
  }

  private close(): Promise<void> {
    return new Promise((resolve) => {
      const sweep = setInterval(() => this.server.closeIdleConnections(), SWEEP_MS);
      const cut = setTimeout(() => this.server.closeAllConnections(), STOP_DEADLINE_MS);
      this.server.close(() => {
        clearInterval(sweep);
        clearTimeout(cut);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }
}
