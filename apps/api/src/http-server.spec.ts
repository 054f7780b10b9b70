import { EventEmitter, once } from 'node:events';
import { request, type ServerResponse } from 'node:http';
import { HttpServer } from './http-server.js';

const LOCAL = { host: '127.0.0.1', port: 0 };

const get = (address: string) =>
  new Promise<string>((resolve, reject) => {
    const call = request(address, { headers: { connection: 'keep-alive' } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk))).on('end', () => resolve(text));
    });
    call.on('error', reject).end();
  });

it('listens on a free port and tells where', async () => {
  const server = new HttpServer((_, response) => response.end('hi'), LOCAL);
  expect(() => server.address).toThrow();
  await server.start();
  expect(await get(server.address)).toBe('hi');
  await server.stop();
});

it('lets a request that runs end before it stops, and takes no new one', async () => {
  const arrivals = new EventEmitter();
  const server = new HttpServer((_, response) => arrivals.emit('request', response), LOCAL);
  await server.start();
  const { address } = server;
  const arrived = once(arrivals, 'request') as Promise<[ServerResponse]>;
  const pending = get(address);
  const [response] = await arrived;
  const stopped = server.stop();
  await expect(get(address)).rejects.toThrow(/ECONN/);
  response.end('late');
  expect(await pending).toBe('late');
  await stopped;
  await server.stop();
});

it('may be stopped before it started', async () => {
  await new HttpServer(() => undefined, LOCAL).stop();
});

it('says that its port is taken', async () => {
  const first = new HttpServer(() => undefined, LOCAL);
  await first.start();
  const port = Number(new URL(first.address).port);
  await expect(new HttpServer(() => undefined, { host: '127.0.0.1', port }).start()).rejects.toThrow(
    /EADDRINUSE/,
  );
  await first.stop();
});
