import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConflictApiError, ServiceUnavailableError, UnexpectedAnswerError } from './api-errors.js';
import { AgentainerClient } from './client.js';

let server: Server;
let url: string;
let requests: { method: string; url: string; connection: number; idempotencyKey?: string }[];
let behave: RequestListener;
beforeEach(async () => {
  requests = [];
  const connections = new Map<unknown, number>();
  server = createServer((request, response) => {
    if (!connections.has(request.socket)) connections.set(request.socket, connections.size);
    const idempotencyKey = request.headers['idempotency-key'] as string | undefined;
    const { method, url: path } = request as { method: string; url: string };
    requests.push({ method, url: path, connection: connections.get(request.socket)!, idempotencyKey });
    behave(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = (timeoutMs = 5_000) => new AgentainerClient({ url, timeoutMs });
const empty = JSON.stringify({ items: [], next_cursor: null });
const unavailable = JSON.stringify({ type: 'x', title: 'x', status: 503, code: 'UNAVAILABLE' });

/** Fails until it was asked `times` times. */
function recoverAfter(times: number, fail: RequestListener): void {
  behave = (request, response) => {
    if (requests.length > times) response.end(empty);
    else void fail(request, response);
  };
}

it('R4.3d sends a GET again where the server is unavailable or the connection breaks', async () => {
  recoverAfter(1, (_, response) => response.writeHead(503).end(unavailable));
  expect(await client().listRuns()).toEqual({ items: [], next_cursor: null });
  requests = [];
  recoverAfter(2, (request) => request.socket.destroy());
  await client().listRuns();
  requests = [];
  recoverAfter(1, (request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{"items"', () => request.socket.destroy());
  });
  await client().listRuns();
});

it('R4.3d sends a POST again with the same idempotency key, and another key with another call', async () => {
  recoverAfter(2, (request, response) => {
    if (requests.length === 1) request.socket.destroy();
    else response.writeHead(503).end(unavailable);
  });
  await expect(client().createJob({ image: 'x' })).rejects.toBeInstanceOf(UnexpectedAnswerError);
  expect(requests.map((r) => r.method)).toEqual(['POST', 'POST', 'POST']);
  const keys = new Set(requests.map((r) => r.idempotencyKey));
  expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  await client()
    .createJob({ image: 'x' })
    .catch(() => undefined);
  expect(keys.has(requests.at(-1)!.idempotencyKey)).toBe(false);
  await client()
    .createJob({ image: 'x' }, { idempotencyKey: 'mine' })
    .catch(() => undefined);
  expect(requests.at(-1)!.idempotencyKey).toBe('mine');
});

it('R4.3d waits for its own earlier attempt, but for no other conflict', async () => {
  const conflict = JSON.stringify({ type: 'x', title: 'x', status: 409, code: 'IDEMPOTENCY_KEY_BUSY' });
  recoverAfter(1, (_, response) => response.writeHead(409, { 'retry-after': '0' }).end(conflict));
  await client()
    .createJob({ image: 'x' })
    .catch(() => undefined);
  expect(requests).toHaveLength(2);
  requests = [];
  behave = (_, response) => response.writeHead(409).end(conflict);
  await expect(client().createJob({ image: 'x' })).rejects.toBeInstanceOf(ConflictApiError);
  expect(requests).toHaveLength(1);
});

it('R4.3d does not repeat what will not mend', async () => {
  behave = (_, response) =>
    response.writeHead(404).end('{"type":"x","title":"x","status":404,"code":"NEW_CODE"}');
  await expect(client().listRuns()).rejects.toMatchObject({ name: 'ApiError', code: 'NEW_CODE' });
  expect(requests).toHaveLength(1);
});

it('gives up at its deadline, with the reason', async () => {
  behave = () => undefined;
  const began = performance.now();
  await expect(client(200).listRuns()).rejects.toThrow(/cannot reach .*: no answer within 200 ms/);
  behave = (_, response) => response.writeHead(503, { 'retry-after': '60' }).end(unavailable);
  await expect(client(200).listRuns()).rejects.toBeInstanceOf(ServiceUnavailableError);
  expect(performance.now() - began).toBeLessThan(2_000);
});

it('says that nobody listens', async () => {
  await new Promise((resolve) => server.close(resolve));
  await expect(client(2_000).createJob({ image: 'x' })).rejects.toThrow(`cannot reach ${url}: ECONNREFUSED`);
});

it.each([
  [200, '<html>'],
  [200, '{"items": 3}'],
  [418, 'teapot'],
  [500, ''],
])('knows that %i %j is not the API', async (status, text) => {
  behave = (_, response) => response.writeHead(status).end(text);
  await expect(client().listRuns()).rejects.toBeInstanceOf(UnexpectedAnswerError);
});

it('does not take its key to where a redirect leads', async () => {
  behave = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
  await expect(client(2_000).createJob({ image: 'x' })).rejects.toThrow();
  expect(new Set(requests.map((r) => r.url))).toEqual(new Set(['/jobs']));
});

it('R4.3e uses its connection again', async () => {
  behave = (_, response) => response.end(empty);
  const one = client();
  for (let i = 0; i < 20; i++) await one.listRuns();
  expect(new Set(requests.map((r) => r.connection)).size).toBeLessThan(4);
});

it.each(['', 'localhost:8081', 'ftp://x', 'http://x?y=1'])('refuses %j as a URL', (bad) => {
  expect(() => new AgentainerClient({ url: bad })).toThrow(TypeError);
});
