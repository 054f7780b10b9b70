import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { problemSchema } from '@agentainer/contracts';
import { type ApiAnswer, FakeApi } from '../fake-api.fixture.js';

const api = new FakeApi(64 * 1_024);
let key: string;
beforeAll(async () => {
  await api.start();
  key = api.key('admin');
});
afterAll(() => api.stop());

const STEP = { name: 'a', image: 'x' };
const workflow = (...steps: object[]) => ({ name: 'w', steps });
const map = (more: object) => ({ type: 'map', name: 'm', image: 'x', items: [1], ...more });

function faults(answer: ApiAnswer): string[] {
  const problem = problemSchema.parse(answer.body);
  expect(answer.type).toContain('application/problem+json');
  expect(problem.status).toBe(answer.status);
  return (problem.errors ?? []).map((fault) => fault.path);
}

describe('R9.4b a bad definition', () => {
  it.each([
    ['an unknown dependency', workflow({ ...STEP, depends_on: ['b'] }), ['steps[0].depends_on[0]']],
    [
      'a cycle',
      workflow({ ...STEP, depends_on: ['b'] }, { ...STEP, name: 'b', depends_on: ['a'] }),
      ['steps[0].depends_on', 'steps[1].depends_on'],
    ],
    ['a doubled step', workflow(STEP, STEP), ['steps[1].name']],
    ['a bad duration', workflow({ ...STEP, timeout: '5 parsecs' }), ['steps[0].timeout']],
    ['a negative duration', workflow({ ...STEP, timeout: -1 }), ['steps[0].timeout']],
    ['an endless duration', workflow({ ...STEP, timeout: 1e300 }), ['steps[0].timeout']],
    ['a negative number', workflow(map({ max_parallel: -4 })), ['steps[0].max_parallel']],
    ['a huge number', workflow(map({ max_parallel: 99_999_999_999 })), ['steps[0].max_parallel']],
    ['a broken number', workflow(map({ max_parallel: 1.5 })), ['steps[0].max_parallel']],
    [
      'a pool that cannot be',
      workflow(map({ pool_config: { min_size: 5, max_size: 2 } })),
      ['steps[0].pool_config.min_size'],
    ],
    ['an unknown field', { ...workflow(STEP), nmae: 1 }, ['nmae']],
    ['an unknown field in a step', workflow({ ...STEP, imgae: 'y' }), ['steps[0].imgae']],
    ['no steps', { name: 'w', steps: [] }, ['steps']],
    ['nothing', {}, ['name', 'steps']],
    ['a list', [], ['']],
    ['several faults at once', { name: 'W!', steps: [{ name: 'a', image: '' }] }, ['name', 'steps[0].image']],
  ])('%s', async (_, body, paths) => {
    const answer = await api.request('POST', '/workflows', { body, key });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
    expect(faults(answer)).toEqual(paths);
    expect((await api.workflows.list({ limit: 10 })).items).toEqual([]);
  });
});

describe('R9.4b another bad body', () => {
  it.each([
    [
      'POST',
      '/workflows/mapreduce',
      { name: 'w', pool_size: -1 },
      ['mapper_image', 'reducer_image', 'pool_size'],
    ],
    ['POST', '/jobs', { input: 1, tiemout: '1s' }, ['image', 'tiemout']],
    [
      'POST',
      '/jobs',
      { image: 'x', timeout: 'soon', retry: { max_attempts: 1e9 } },
      ['timeout', 'retry.max_attempts'],
    ],
  ])('%s %s %j', async (method, path, body, paths) => {
    const answer = await api.request(method, path, { body, key });
    expect(answer.status).toBe(400);
    expect(faults(answer).sort()).toEqual([...paths].sort());
    expect(api.runs.runs.size).toBe(0);
  });

  it('names an unknown field of a start', async () => {
    const { id } = await api.workflow(workflow(STEP) as never);
    const answer = await api.request('POST', `/workflows/${id}/start`, { body: { inputs: 1 }, key });
    expect(faults(answer)).toEqual(['inputs']);
    expect(api.runs.runs.size).toBe(0);
  });

  it('tells of many faults without sending all of them', async () => {
    const steps = Array.from({ length: 500 }, () => ({ name: '!' }));
    const answer = await api.request('POST', '/workflows', { body: { name: 'w', steps }, key });
    expect(faults(answer)).toHaveLength(101);
    expect(answer.body.errors.at(-1).message).toBe('and 900 more');
  });
});

describe('R9.4b a body that is no JSON for us', () => {
  const post = (body: string, headers = {}) => api.request('POST', '/workflows', { body, headers, key });

  it('broken JSON is told with its position', async () => {
    const answer = await post('{"name": "w",, "steps": []}');
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_JSON' } });
    expect(answer.body.detail).toMatch(/position 13/);
  });

  it.each(['{"name"', 'nope', '"text', '{"a":1}x'])('%s is refused', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'INVALID_JSON' } });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'the type %j is refused',
    async (type) => {
      const answer = await post('{}', { 'content-type': type });
      expect(answer).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    },
  );

  it('an unknown charset or compression is refused', async () => {
    expect((await post('{}', { 'content-type': 'application/json; charset=klingon' })).status).toBe(415);
    expect((await post('{}', { 'content-encoding': 'zip' })).status).toBe(415);
    expect((await post('{}', { 'content-encoding': 'gzip' })).status).toBe(400);
  });

  it('a body over the limit is refused', async () => {
    const answer = await post(JSON.stringify({ name: 'x'.repeat(70_000) }));
    expect(answer).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });

  it('a body that inflates over the limit is refused', async () => {
    const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(10_000_000) }));
    const response = await fetch(`${api.address}/workflows`, {
      method: 'POST',
      body: bomb,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
    });
    expect(response.status).toBe(413);
  });

  it.each(['/workflows', '/workflows/mapreduce', '/jobs'])(
    'too deep a body is refused at %s',
    async (path) => {
      const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
      for (const body of [deep(40), deep(30_000), `{"name":"w","input":${deep(30_000)}}`]) {
        const answer = await api.request('POST', path, { body, key });
        expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
        expect(answer.body.detail).toContain('32');
      }
    },
  );
});

it('R9.4b survives JSON that nests a million levels deep', async () => {
  const large = new FakeApi(4 * 1_024 * 1_024);
  await large.start();
  try {
    const { id } = await large.workflow(workflow(STEP) as never);
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    const objects = '{"a":'.repeat(300_000) + '1' + '}'.repeat(300_000);
    for (const path of ['/workflows', '/jobs', '/workflows/mapreduce', `/workflows/${id}/start`]) {
      for (const value of [deep, objects]) {
        expect((await large.request('POST', path, { body: value })).status).toBe(400);
        expect((await large.request('POST', path, { body: `{"input":${value}}` })).status).toBe(400);
      }
    }
    const state = `/workflows/${id}/state`;
    expect((await large.request('PUT', state, { body: `{"state":{"a":${deep}}}` })).status).toBe(400);
    expect((await large.request('GET', '/livez')).status).toBe(200);
  } finally {
    await large.stop();
  }
}, 60_000);

describe('R9.4b a bad query', () => {
  it.each([
    ['/workflows?limit=0', 'limit'],
    ['/workflows?limit=-1', 'limit'],
    ['/workflows?limit=1e9', 'limit'],
    ['/workflows?limit=99999999999999999999', 'limit'],
    ['/workflows?limit=ten', 'limit'],
    ['/workflows?limit=', 'limit'],
    ['/workflows?limit=1&limit=2', 'limit'],
    ['/workflows?status=busy', 'status'],
    ['/workflows?cursor=x', 'cursor'],
    ['/workflows?cursor=WyJydW5zIiwiMV9ydW5fMSJd', 'cursor'],
    ['/runs?cursor=%00', 'cursor'],
    ['/jobs?cursor=WyJqb2JzIixbInJ1bl8xIiwtMSwwLG51bGxdXQ', 'cursor'],
    ['/jobs?stauts=failed', 'stauts'],
    ['/jobs?__proto__=x', '__proto__'],
    ['/pools?x=1', 'x'],
    ['/livez?x=1', 'x'],
    ['/jobs?a[b]=1', 'a[b]'],
  ])('%s', async (path, field) => {
    const answer = await api.request('GET', path, { key });
    expect([answer.status, faults(answer)]).toEqual([400, [field]]);
  });
});

describe('R9.4b an unknown id', () => {
  it.each([
    '/workflows/wf_0',
    '/workflows/wf_01jd0000000000000000000000',
    '/workflows/wf_01jd0000000000000000000000/jobs',
    '/workflows/%2e%2e%2fruns',
    '/workflows/x%00y',
    `/workflows/${'x'.repeat(3_000)}`,
    '/runs/run_01jd0000000000000000000000',
    '/runs/run_01jd0000000000000000000000}:state',
    '/jobs/run_01jd0000000000000000000000.a.0',
    '/jobs/1',
  ])('%s', async (path) => {
    const answer = await api.request('GET', path, { key });
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(answer.text.length).toBeLessThan(2_000);
  });

  it('that cannot be decoded is a bad request', async () => {
    const answer = await api.request('GET', '/workflows/%ff', { key });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });

  it('is told before the body is looked at', async () => {
    const answer = await api.request('POST', '/workflows/wf_01jd0000000000000000000000/start', {
      body: {},
      key,
    });
    expect(answer.status).toBe(404);
  });
});

it('a caller that hangs up in the middle of a body harms nobody', async () => {
  const { hostname, port } = new URL(api.address);
  const socket = connect(Number(port), hostname);
  const head = `POST /workflows HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n`;
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":`);
  await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  expect((await api.request('GET', '/workflows', { key })).status).toBe(200);
});
