import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseEgressPattern } from '@agentainer/core';
import { EgressGate } from './egress-gate.js';
import { type EgressOutcome, EgressProxy } from './egress-proxy.js';
import { ReachableAddresses } from './reachable-addresses.js';

let root: string;
let socketPath: string;
let proxy: EgressProxy;
let outcomes: EgressOutcome[];
let port: number;
const seen: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[] = [];
const service = createServer((incoming, response) => {
  void text(incoming).then((body) => {
    seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
    response.setHeader('set-cookie', ['a=1', 'b=2']).end('a page');
  });
});

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'af-proxy-'));
  socketPath = join(root, 'proxy.sock');
  outcomes = [];
  seen.length = 0;
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  ({ port } = service.address() as AddressInfo);
  await serve([`localhost:${port}`, `127.0.0.1:*`, '*.example:*']);
});
afterEach(async () => {
  await proxy.close();
  service.closeAllConnections();
  service.close();
  await once(service, 'close');
  rmSync(root, { recursive: true });
});

async function serve(hosts: string[], named = ['127.0.0.0/8', '::1/128']): Promise<void> {
  const gate = new EgressGate(
    [hosts.map((host) => parseEgressPattern(host)!)],
    new ReachableAddresses(named),
    (host) =>
      host === 'localhost'
        ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        : Promise.reject(new Error(`${host} has no address`)),
  );
  proxy = new EgressProxy(gate, (outcome) => outcomes.push(outcome));
  proxy.server.listen(socketPath);
  await once(proxy.server, 'listening');
}

async function ask(path: string, options: RequestOptions = {}, body?: string) {
  const outgoing = request({ socketPath, path, agent: false, ...options });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** A tunnel, or the answer that there is none. */
async function tunnel(authority: string): Promise<{ status?: number; socket: Socket; body: string }> {
  const outgoing = request({ socketPath, method: 'CONNECT', path: authority, agent: false });
  outgoing.end();
  const [answer, socket] = (await once(outgoing, 'connect')) as [IncomingMessage, Socket, Buffer];
  return { status: answer.statusCode, socket, body: '' };
}

describe('a request through the proxy of an agent', () => {
  it('reaches a host that is listed, under the name that the URL has', async () => {
    const headers = { host: 'evil.example', 'proxy-connection': 'keep-alive', 'x-mine': '1' };
    const answer = await ask(`http://localhost:${port}/a?b=c`, { method: 'POST', headers }, 'hello');
    expect(answer).toMatchObject({ status: 200, body: 'a page', headers: { 'set-cookie': ['a=1', 'b=2'] } });
    expect(seen).toMatchObject([{ method: 'POST', url: '/a?b=c', body: 'hello' }]);
    expect(seen[0]!.headers).toMatchObject({ host: `localhost:${port}`, 'x-mine': '1' });
    expect(seen[0]!.headers).not.toHaveProperty('proxy-connection');
    expect(outcomes).toEqual(['allowed']);
  });

  it('keeps its body whole whatever its method is', async () => {
    const headers = { 'transfer-encoding': 'chunked' };
    await ask(`http://localhost:${port}/`, { method: 'DELETE', headers }, 'GET /smuggled HTTP/1.1\r\n\r\n');
    expect(seen).toMatchObject([{ method: 'DELETE', body: 'GET /smuggled HTTP/1.1\r\n\r\n' }]);
  });

  it.each([
    'http://evil.com/',
    'http://localhost:1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
  ])('for %s is refused, and the answer names the host', async (url) => {
    const answer = await ask(url);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain(new URL(url).hostname);
    expect(answer.body).toContain('not among the hosts');
    expect(outcomes).toEqual(['denied']);
  });

  it('does not reach a listed name that leads inside', async () => {
    await proxy.close();
    await serve([`localhost:${port}`], []);
    const answer = await ask(`http://localhost:${port}/`);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.body).toContain('is at 127.0.0.1, which agents may not reach');
    expect(seen).toEqual([]);
  });

  it('is answered 502 where nobody is, or the name has no address', async () => {
    expect(await ask('http://127.0.0.1:1/')).toMatchObject({ status: 502 });
    const nameless = await ask('http://nowhere.example/');
    expect(nameless).toMatchObject({ status: 502 });
    expect(nameless.body).toContain('nowhere.example has no address');
    expect(outcomes).toEqual(['failed', 'failed']);
  });

  it.each([
    ['a status without meaning', 'HTTP/1.1 200 O\x01K\r\nx-a: b\r\ncontent-length: 0\r\n\r\n'],
    ['a status out of range', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n'],
    ['a header that breaks its bounds', 'HTTP/1.1 200 OK\r\nx-a: \x01\r\ncontent-length: 0\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['half an answer', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
    ['nothing', ''],
  ])('outlives a server that answers %s', async (_, reply) => {
    const strange = createTcpServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end(reply)),
    );
    strange.listen(0, '127.0.0.1');
    await once(strange, 'listening');
    const url = `http://127.0.0.1:${(strange.address() as AddressInfo).port}/`;
    const status = await ask(url).then(
      (answer) => answer.status,
      () => undefined,
    );
    expect([200, 502, undefined]).toContain(status);
    expect(await ask(`http://localhost:${port}/`)).toMatchObject({ status: 200 });
    strange.close();
  });

  it('is answered 400 where it is none to a proxy', async () => {
    expect(await ask('/health')).toMatchObject({ status: 400 });
    expect(await ask('https://localhost/')).toMatchObject({ status: 400 });
    expect(outcomes).toEqual([]);
  });
});

describe('a tunnel through the proxy of an agent', () => {
  it('leads to a host that is listed', async () => {
    const { status, socket } = await tunnel(`127.0.0.1:${port}`);
    expect(status).toBe(200);
    socket.write(`GET /inside HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(await text(socket)).toContain('a page');
    expect(seen).toMatchObject([{ url: '/inside' }]);
    expect(outcomes).toEqual(['allowed']);
  });

  it.each([
    ['evil.com:443', 403],
    ['localhost:22', 403],
    ['127.0.0.1:1', 502],
    ['localhost', 400],
  ])('to %s is refused with %i', async (authority, status) => {
    const { socket, ...answer } = await tunnel(authority);
    expect(answer.status).toBe(status);
    socket.destroy();
  });

  it('ends when the proxy does', async () => {
    const silent = createTcpServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { socket } = await tunnel(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const ended = once(socket, 'close');
    socket.on('error', () => undefined).resume();
    await proxy.close();
    await ended;
    silent.close();
  });
});
