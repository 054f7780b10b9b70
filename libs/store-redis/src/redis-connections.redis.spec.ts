import { once } from 'node:events';
import { connect as connectTo, createServer, type AddressInfo, type Server } from 'node:net';
import { AwayError, type Logger } from '@agentainer/runtime';
import { PrivateRedis } from '@agentainer/testing';
import { connectRedis } from './connection.js';
import { RedisConnections } from './redis-connections.js';
import { RedisRefusalError } from './redis-look.js';

let server: PrivateRedis;
let connections: RedisConnections;
let logger: Logger;
let said: string[];
/** Resolves when a line is logged. */
let line: () => Promise<void>;

beforeEach(() => {
  server = new PrivateRedis();
  said = [];
  let heard: () => void = () => undefined;
  line = () => new Promise((resolve) => (heard = resolve));
  const hear = (facts: { reason?: string }, text: string) => {
    said.push(facts.reason ? `${text}: ${facts.reason}` : text);
    heard();
  };
  logger = { warn: hear, info: hear } as unknown as Logger;
});
afterEach(async () => {
  connections.close();
  await server.stop();
});

function connect(redisWaitMs: number, redisUrl = server.url): RedisConnections {
  connections = new RedisConnections({ redisUrl, redisWaitMs }, logger);
  return connections;
}

async function listening(port: Server): Promise<number> {
  await once(port.listen(0, '127.0.0.1'), 'listening');
  return (port.address() as AddressInfo).port;
}

it('wait for a Redis that starts later than they, and stand when it is there', async () => {
  const [worker, request] = [connect(60_000).open('worker'), connections.open('request')];
  const told = line();
  const arrived = connections.arrival().start();
  await told;
  expect(said).toEqual([expect.stringMatching(/^Redis at unix:\S+ is away: waiting for it: connect ENOENT/)]);
  expect(connections.fault).toMatch('ENOENT');
  await expect(request.ping()).rejects.toThrow();
  await server.start();
  await arrived;
  expect(connections.fault).toBeUndefined();
  expect([await worker.ping(), await request.ping()]).toEqual(['PONG', 'PONG']);
  expect(said.at(-1)).toMatch(/ is there$/);
});

it('wait while Redis loads its data', async () => {
  const redis = await connectRedis(await server.start(), 'worker');
  const filling = redis.pipeline();
  for (let i = 0; i < 10_000; i++) filling.set(`k${i}`, 'v');
  await filling.exec();
  redis.disconnect();
  await server.kill();
  await server.start('--key-load-delay', '300');
  const worker = connect(60_000).open('worker');
  await connections.arrival().start();
  expect(said[0]).toMatch(/is away: waiting for it: it still loads its data$/);
  expect(await worker.dbsize()).toBe(10_000);
}, 60_000);

it('give up on one that takes connections and answers nothing', async () => {
  await server.start();
  server.freeze();
  connect(50).open('worker');
  await expect(connections.arrival().start()).rejects.toThrow(AwayError);
  await server.thaw();
});

it('give up where none comes in time', async () => {
  connect(150).open('worker');
  await expect(connections.arrival().start()).rejects.toThrow(
    /^Redis at unix:\S+ was away for 0.15 s: .*ENOENT/,
  );
});

it('end the wait at once when the process stops, also in the middle of a look', async () => {
  await server.start();
  server.freeze();
  connect(60_000).open('worker');
  const stop = new AbortController();
  const arrived = connections.arrival().start(stop.signal);
  const began = performance.now();
  stop.abort();
  await arrived;
  // The look itself would have taken 2 s.
  expect(performance.now() - began).toBeLessThan(1_000);
  await server.thaw();
});

it.each([
  ['none', '', 'NOAUTH'],
  ['a wrong one', ':wrong@', 'WRONGPASS'],
])('do not wait where the password is %s, and tell no password', async (_, credentials, reason) => {
  const socket = (await server.start('--requirepass', 'right')).slice('unix://'.length);
  // A URL of a socket has no place for a password: so there is a port before it.
  const port = createServer((client) => client.pipe(connectTo(socket)).pipe(client));
  const url = `redis://${credentials}127.0.0.1:${await listening(port)}`;
  connect(60_000, url).open('request');
  const error: unknown = await connections
    .arrival()
    .start()
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(RedisRefusalError);
  expect((error as Error).message).toMatch(reason);
  expect((error as Error).message).not.toMatch(/wrong@|:wrong/);
  expect(said).toEqual([]);
  port.close();
});

it.each([
  ['too old', '$38\r\nredis_version:6.2.14\r\nloading:0\r\nx:y\r\n\r\n', '6.2.14, and 7 or later is needed'],
  ['no Redis', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'Unknown RESP type'],
])('do not wait for what is %s', async (_, answer, reason) => {
  const port = createServer((client) => client.on('data', () => client.write(answer)).on('error', () => 0));
  connect(60_000, `redis://127.0.0.1:${await listening(port)}`).open('worker');
  await expect(connections.arrival().start()).rejects.toThrow(reason);
  port.close();
});
