import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { forwardToProxy } from './egress-forwarder.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'af-forward-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it('lets clients that know TCP reach the proxy', async () => {
  mkdirSync(join(directory, 'egress'));
  const proxy = createServer((request, response) => response.end(`asked for ${request.url}`));
  proxy.listen(join(directory, 'egress/proxy.sock'));
  await once(proxy, 'listening');
  const port = await freePort();
  await forwardToProxy(directory, port);
  const request = get({ host: '127.0.0.1', port, path: 'http://example.com/', agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  expect(await text(answer)).toBe('asked for http://example.com/');
  proxy.close();
});

it('does nothing where there is no proxy', async () => {
  const port = await freePort();
  await forwardToProxy(directory, port);
  const request = get({ host: '127.0.0.1', port, agent: false });
  const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});
