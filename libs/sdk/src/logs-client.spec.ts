import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnexpectedAnswerError } from './api-errors.js';
import { AgentainerClient } from './client.js';

let server: Server;
let client: AgentainerClient;
let urls: URL[];
let answers: RequestListener[];
beforeEach(async () => {
  urls = [];
  answers = [];
  server = createServer((request, response) => {
    urls.push(new URL(request.url!, 'http://x'));
    const answer = answers.shift();
    if (answer) void answer(request, response);
    else request.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new AgentainerClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: 'k',
  });
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const entry = (n: number) => ({
  id: `${n}-0`,
  job_id: 'run.s.0',
  attempt: 1,
  stream: 'stdout',
  at: '2026-01-01T00:00:00.000Z',
  offset: 0,
  text: `ü${n}\n`,
});
const line = (message: object) => `${JSON.stringify(message)}\n`;
const log = (n: number) => line({ type: 'log', ...entry(n) });
const END = line({ type: 'end' });
const texts = async (entries: AsyncIterable<{ text: string }>) => {
  const all: string[] = [];
  for await (const { text } of entries) all.push(text);
  return all;
};

it('R9.3c follows a job until its end, whatever pieces it comes in', async () => {
  answers = [
    async (_, response) => {
      for (const byte of Buffer.from(line({ type: 'heartbeat' }) + log(1) + log(2) + END)) {
        response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    },
  ];
  expect(await texts(client.logs.followJob('run.s.0', { attempt: 2, stream: 'stdout', tail: 5 }))).toEqual([
    'ü1\n',
    'ü2\n',
  ]);
  expect(urls.map(String)).toEqual(['http://x/jobs/run.s.0/logs?attempt=2&stream=stdout&tail=5&follow=true']);
});

it('goes on behind what it has seen where the connection breaks', async () => {
  answers = [
    (request, response) => void response.write(log(1), () => request.socket.destroy()),
    (_, response) =>
      void response.writeHead(503).end(line({ type: 'x', title: 'x', status: 503, code: 'UNAVAILABLE' })),
    (_, response) => void response.end(log(2)),
    (_, response) => void response.end(END),
  ];
  expect(await texts(client.logs.followRun('run', { tail: 1, step: 's' }))).toEqual(['ü1\n', 'ü2\n']);
  expect(urls.map(({ searchParams }) => [searchParams.get('cursor'), searchParams.get('tail')])).toEqual([
    [null, '1'],
    ['1-0', null],
    ['1-0', null],
    ['2-0', null],
  ]);
}, 20_000);

it('gives up where it is told to, and on what will not mend', async () => {
  answers = [(_, response) => void response.write(log(1))];
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const { text } of client.logs.followJob('j', { signal: stop.signal })) {
      seen.push(text);
      stop.abort();
    }
  })();
  await expect(following).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual(['ü1\n']);
  answers = [(_, response) => void response.end('<html>\n')];
  await expect(texts(client.logs.followJob('j'))).rejects.toBeInstanceOf(UnexpectedAnswerError);
  answers = [(_, response) => void response.end('x'.repeat(2_000_000))];
  await expect(texts(client.logs.followJob('j'))).rejects.toBeInstanceOf(UnexpectedAnswerError);
});

it('closes the connection where its caller has seen enough', async () => {
  let closed: () => void = () => undefined;
  const closing = new Promise<void>((resolve) => (closed = resolve));
  answers = [(_, response) => void response.on('close', closed).write(log(1) + log(2))];
  for await (const { text } of client.logs.followJob('j')) {
    expect(text).toBe('ü1\n');
    break;
  }
  await closing;
});

it('R9.3c reads a page', async () => {
  answers = [(_, response) => void response.end(JSON.stringify({ items: [entry(1)], next_cursor: '1-0' }))];
  expect(await client.logs.ofRun('run', { cursor: '0-1', limit: 1 })).toEqual({
    items: [entry(1)],
    next_cursor: '1-0',
  });
  expect(String(urls[0])).toBe('http://x/runs/run/logs?cursor=0-1&limit=1');
});
