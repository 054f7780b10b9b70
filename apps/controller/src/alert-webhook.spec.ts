import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Alert } from '@agentainer/pool';
import { AlertWebhook, SIGNATURE_HEADER } from './alert-webhook.js';

const ALERT: Alert = {
  id: '1-0',
  at: Date.UTC(2026, 0, 1),
  type: 'pool.exhausted',
  pool: { id: 'p', max_size: 2, agents: 2, idle: 0, waiting: 3 },
};

let server: Server;
let url: string;
let got: { request: IncomingMessage; body: string }[];
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  got = [];
  answer = (response) => void response.writeHead(204).end();
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ request, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});
const { signal } = new AbortController();

it('R6.3e tells an alert as JSON, signed so that its receiver can tell who it is from', async () => {
  const secret = 'a secret of the receiver';
  await new AlertWebhook({ url, secret, now: () => 1_700_000_000 }).tell(ALERT, signal);
  const [{ request, body }] = got as [(typeof got)[0]];
  expect([request.method, request.url, request.headers['content-type']]).toEqual([
    'POST',
    '/hook',
    'application/json',
  ]);
  expect(JSON.parse(body)).toEqual({ ...ALERT, at: '2026-01-01T00:00:00.000Z' });
  const hmac = createHmac('sha256', secret).update(`1700000000.${body}`).digest('hex');
  expect(request.headers[SIGNATURE_HEADER]).toBe(`t=1700000000,v1=${hmac}`);
});

it('signs nothing without a secret', async () => {
  await new AlertWebhook({ url }).tell(ALERT, signal);
  expect(got[0]!.request.headers).not.toHaveProperty(SIGNATURE_HEADER);
});

it('was not taken where the receiver says so, sends elsewhere or is not there', async () => {
  const webhook = new AlertWebhook({ url });
  answer = (response) => void response.writeHead(500).end('no');
  await expect(webhook.tell(ALERT, signal)).rejects.toThrow('the receiver answered 500');
  answer = (response) => void response.writeHead(302, { location: '/elsewhere' }).end();
  await expect(webhook.tell(ALERT, signal)).rejects.toThrow();
  expect(got.map(({ request }) => request.url)).toEqual(['/hook', '/hook']);
  await new Promise((resolve) => server.close(resolve));
  await expect(webhook.tell(ALERT, signal)).rejects.toThrow();
});

it('ends with its signal', async () => {
  const stop = new AbortController();
  answer = () => stop.abort();
  await expect(new AlertWebhook({ url }).tell(ALERT, stop.signal)).rejects.toMatchObject({
    name: 'AbortError',
  });
});
