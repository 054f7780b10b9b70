import { ConflictError, UnavailableError } from '@agentainer/core';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

it('is alive, and ready while the store answers', async () => {
  for (const path of ['/livez', '/readyz']) {
    expect(await api.request('GET', path, { key: null })).toMatchObject({
      status: 200,
      body: { status: 'ok' },
    });
    expect((await api.request('HEAD', path, { key: null })).status).toBe(200);
  }
});

it.each([
  [
    'fails',
    () => Promise.reject(new Error("Stream isn't writeable and enableOfflineQueue options is false")),
  ],
  ['hangs', () => new Promise<never>(() => undefined)],
])('is alive but not ready while the store %s', async (_, ping) => {
  api.ping = ping;
  const answer = await api.request('GET', '/readyz', { key: null });
  expect(answer).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await api.request('GET', '/livez', { key: null })).status).toBe(200);
});

it.each([
  [new UnavailableError('away'), 503, 'UNAVAILABLE'],
  [Object.assign(new Error('OOM command not allowed'), { name: 'ReplyError' }), 503, 'UNAVAILABLE'],
  [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 503, 'UNAVAILABLE'],
  [new ConflictError('not now'), 409, 'CONFLICT'],
  [new TypeError('secret of /srv/app.js'), 500, 'INTERNAL'],
  ['secret text', 500, 'INTERNAL'],
])('R9.4b tells %p as %i %s, and no more', async (error, status, code) => {
  api.runs.list = () => Promise.reject(error as Error);
  const answer = await api.request('GET', '/runs');
  expect(answer).toMatchObject({ status, body: { code, status } });
  expect(answer.headers.get('retry-after') !== null).toBe(status === 503);
  expect(answer.text).not.toMatch(/secret|stack|\.ts|\.js|ECONN|OOM/);
});

it('measures requests by the pattern of their route', async () => {
  await api.request('GET', '/runs/run_1');
  await api.request('GET', '/nowhere/at/all');
  const { text, type } = await api.request('GET', '/metrics');
  expect(type).toContain('text/plain');
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="/runs/:id",status="404"} 1',
  );
  expect(text).toContain(
    'http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
  );
  expect(text).not.toContain('run_1');
});

describe('the board', () => {
  it('R9.5a shows a page that loads nothing from elsewhere', async () => {
    const page = await api.request('GET', '/queues');
    expect(page.status).toBe(200);
    expect(page.type).toContain('text/html');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    const script = /static\/js\/main\.\w+\.js/.exec(page.text)![0];
    expect((await api.request('GET', `/queues/${script}`)).type).toContain('javascript');
    expect((await api.request('GET', '/queues/api/queues')).body).toMatchObject({ queues: [] });
  });

  it('has no way out of its files', async () => {
    for (const path of [
      '/queues/static/..%2f..%2fpackage.json',
      '/queues/static/%2e%2e/index.ejs',
      '/queues/none',
    ]) {
      expect((await api.request('GET', path)).status).toBeGreaterThanOrEqual(400);
    }
  });
});
