import type { LookupAddress } from 'node:dns';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { joinSockets } from './relay.js';
import { type Destination, requestDestination, tunnelDestination } from './destination.js';
import { EgressDeniedError, type EgressGate } from './egress-gate.js';
import { forwardedHeaders } from './forwarded-headers.js';

const MAX_HEADER_BYTES = 32 * 1_024;
/** How long the head of a request may take to arrive, a connection to be made, and how long nothing may be said on one. */
const HEAD_MS = 10_000;
const CONNECT_MS = 10_000;
const IDLE_MS = 300_000;

export type EgressOutcome = 'allowed' | 'denied' | 'failed';

/**
 * An HTTP proxy for one agent: plain requests by their absolute URLs, anything else through `CONNECT`. What the gate does
 * not let pass is answered 403 with the reason; where nobody answers, 502.
 */
export class EgressProxy {
  readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly gate: EgressGate,
    private readonly onOutcome: (outcome: EgressOutcome, reason?: string) => void,
  ) {
    this.server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEAD_MS,
      requestTimeout: 0,
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      socket.setTimeout(IDLE_MS, () => socket.destroy());
    });
    this.server.on('request', (request, response) => {
      this.forward(request, response).catch((error: unknown) => answer(response, 502, String(error)));
    });
    this.server.on('connect', (request, socket: Socket, head: Buffer) => {
      this.tunnel(request, socket, head).catch(() => socket.destroy());
    });
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => request.destroy());
    const destination = requestDestination(request.url ?? '');
    const admitted = await this.admit(destination, (status, text) => answer(response, status, text));
    if (!admitted || !destination || response.destroyed) return;
    const { host, port, path } = destination;
    const outgoing = httpRequest({
      ...{ host: withoutBrackets(host), port, path, method: request.method, agent: false, setHost: false },
      headers: forwardedHeaders(request.rawHeaders, port === 80 ? host : `${host}:${port}`),
      lookup: pinned(admitted),
    });
    withTimeouts(outgoing);
    outgoing.on('response', (reply) => {
      reply.on('error', () => response.destroy());
      try {
        response.writeHead(reply.statusCode!, forwardedHeaders(reply.rawHeaders));
        reply.pipe(response);
        this.onOutcome('allowed');
      } catch (error) {
        // A server may say what no server should.
        outgoing.destroy(error as Error);
      }
    });
    outgoing.on('error', (error) => {
      this.onOutcome('failed', error.message);
      answer(response, 502, `${host}:${port} cannot be reached: ${error.message}`);
    });
    response.on('close', () => outgoing.destroy());
    request.pipe(outgoing);
  }

  private async tunnel(request: IncomingMessage, near: Socket, head: Buffer): Promise<void> {
    near.on('error', () => near.destroy());
    const destination = tunnelDestination(request.url ?? '');
    const refuse = (status: number, text: string) => near.end(rawAnswer(status, text));
    const admitted = await this.admit(destination, refuse);
    if (!admitted || !destination || near.destroyed) return;
    const { host, port } = destination;
    const far = connect({
      ...{
        host: withoutBrackets(host),
        port,
        lookup: pinned(admitted),
        allowHalfOpen: true,
      },
    });
    far.setTimeout(CONNECT_MS, () => far.destroy(new Error('it does not answer')));
    const failed = (error: Error) => {
      this.onOutcome('failed', error.message);
      refuse(502, `${host}:${port} cannot be reached: ${error.message}`);
    };
    far.once('error', failed);
    far.once('connect', () => {
      this.onOutcome('allowed');
      far.off('error', failed);
      far.setTimeout(IDLE_MS, () => far.destroy());
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      far.write(head);
      joinSockets(near, far);
    });
    near.once('close', () => far.destroy());
  }

  /** The addresses of a destination; undefined where the request has been refused. */
  private async admit(
    destination: Destination | undefined,
    refuse: (status: number, text: string) => void,
  ): Promise<LookupAddress[] | undefined> {
    try {
      if (destination) return await this.gate.admit(destination);
      refuse(400, 'this is a proxy: it takes CONNECT host:port, and absolute URLs such as http://host/path');
    } catch (error) {
      const { message } = error as Error;
      const isDenied = error instanceof EgressDeniedError;
      this.onOutcome(isDenied ? 'denied' : 'failed', message);
      refuse(isDenied ? 403 : 502, message);
    }
    return undefined;
  }
}

function withTimeouts(outgoing: ReturnType<typeof httpRequest>): void {
  outgoing.setTimeout(CONNECT_MS, () => outgoing.destroy(new Error('it does not answer')));
  outgoing.on('socket', (socket) => socket.once('connect', () => outgoing.setTimeout(IDLE_MS)));
}

function answer(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
  response.end(`${text}\n`);
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  502: 'Bad Gateway',
};

function rawAnswer(status: number, text: string): string {
  const body = `${text}\n`;
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function pinned(addresses: LookupAddress[]): LookupFunction {
  return (_, { all }, done) =>
    all ? done(null, addresses) : done(null, addresses[0]!.address, addresses[0]!.family);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
