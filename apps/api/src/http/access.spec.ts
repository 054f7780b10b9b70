import { allowsScope, type Scope } from '@agentainer/contracts';
import { FakeApi } from '../fake-api.fixture.js';
import { rawStatus } from './raw-request.fixture.js';

const api = new FakeApi();
let keys: Record<'read' | 'write' | 'admin' | 'revoked' | 'garbage', string>;
beforeAll(async () => {
  await api.start();
  keys = {
    read: api.key('read'),
    write: api.key('write'),
    admin: api.key('admin'),
    revoked: api.key('admin'),
    garbage: 'ak_garbage',
  };
  api.revoke(keys.revoked);
});
afterAll(() => api.stop());

const targetOf = (path: string) => path.replace(':id', 'wf_0').replace(':key', 'k').replace(':step', 's');
const table = api.routes.map(({ method, path, scope }) => ({ method, path, scope }));
const closed = table.filter((route) => route.scope !== 'open');

it('has a table that names every route of the surface', () => {
  expect(table.map((r) => `${r.method} ${r.path} ${r.scope}`).sort()).toEqual([
    'DELETE /runs/:id write',
    'DELETE /secrets/:name admin',
    'DELETE /workflows/:id write',
    'GET /alerts read',
    'GET /approvals/:token open',
    'GET /dead-letters read',
    'GET /dead-letters/:id read',
    'GET /hosts read',
    'GET /jobs read',
    'GET /jobs/:id read',
    'GET /jobs/:id/children read',
    'GET /jobs/:id/logs read',
    'GET /livez open',
    'GET /metrics read',
    'GET /pools read',
    'GET /pools/:id read',
    'GET /queues admin',
    'GET /readyz open',
    'GET /runs read',
    'GET /runs/:id read',
    'GET /runs/:id/approvals read',
    'GET /runs/:id/children read',
    'GET /runs/:id/events read',
    'GET /runs/:id/explain read',
    'GET /runs/:id/graph read',
    'GET /runs/:id/jobs read',
    'GET /runs/:id/logs read',
    'GET /runs/:id/state read',
    'GET /runs/:id/state/:key read',
    'GET /runs/:id/steps/:step read',
    'GET /runs/:id/steps/:step/results read',
    'GET /secrets admin',
    'GET /workflows read',
    'GET /workflows/:id read',
    'GET /workflows/:id/graph read',
    'GET /workflows/:id/jobs read',
    'GET /workflows/:id/runs read',
    'GET /workflows/:id/state read',
    'GET /workflows/:id/state/:key read',
    'GET /workflows/:id/versions read',
    'PATCH /runs/:id/steps/:step write',
    'POST /approvals/:token open',
    'POST /dead-letters/redrive write',
    'POST /hosts/:name/drain admin',
    'POST /hosts/:name/resume admin',
    'POST /jobs write',
    'POST /pools/:id/drain admin',
    'POST /pools/:id/resize admin',
    'POST /pools/:id/resume admin',
    'POST /pools/:id/warm admin',
    'POST /runs/:id/approvals/:step write',
    'POST /runs/:id/approvals/:step/link write',
    'POST /runs/:id/cancel write',
    'POST /runs/:id/pause write',
    'POST /runs/:id/rerun write',
    'POST /runs/:id/resume write',
    'POST /runs/:id/signals/:name write',
    'POST /workflows write',
    'POST /workflows/:id/cancel write',
    'POST /workflows/:id/pause write',
    'POST /workflows/:id/resume write',
    'POST /workflows/:id/start write',
    'POST /workflows/mapreduce write',
    'PUT /runs/:id/pause write',
    'PUT /runs/:id/resume write',
    'PUT /secrets/:name admin',
    'PUT /workflows/:id write',
    'PUT /workflows/:id/pause write',
    'PUT /workflows/:id/resume write',
    'PUT /workflows/:id/start write',
    'PUT /workflows/:id/state write',
  ]);
});

describe.each(closed)('R9.4a $method $path', ({ method, path, scope }) => {
  it.each(['none', 'revoked', 'garbage'] as const)('is closed to %s', async (kind) => {
    const key = kind === 'none' ? undefined : keys[kind];
    expect(await rawStatus(api.address, method, targetOf(path), key)).toBe(401);
  });

  it.each(['read', 'write', 'admin'] as const)(`asks for the scope ${scope}: %s`, async (held) => {
    const status = await rawStatus(api.address, method, targetOf(path), keys[held]);
    if (allowsScope([held], scope as Scope)) expect([200, 201, 400, 404]).toContain(status);
    else expect(status).toBe(403);
  });
});

describe('R9.4a without a key', () => {
  it.each(['GET', 'HEAD'])('%s of the open paths answers', async (method) => {
    expect(await rawStatus(api.address, method, '/livez')).toBe(200);
    expect(await rawStatus(api.address, method, '/readyz')).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY'])(
    '%s of an open path does not',
    async (method) => {
      expect(await rawStatus(api.address, method, '/livez')).toBe(401);
    },
  );

  const tricks = (path: string) => [
    `/${path}`,
    `//livez/..${path}`,
    `${path}/`,
    `${path}/livez`,
    `${path}%2flivez`,
    `${path}/../livez`,
    `${path}/%2e%2e/livez`,
    `${path};/livez`,
    `${path}?/livez`,
    `${path}%00`,
    `/livez/..${path}`,
    `/livez/%2e%2e${path}`,
    `/livez%2f..${path}`,
    `/livez;${path}`,
    `/livez/.${path}`,
    `/.${path}`,
    path.toUpperCase(),
    path.replace('/', '/%2f'),
    path.replace('/', '%2f'),
    path.replace('/', '\\'),
    `http://localhost${path}`,
    `http://localhost/livez/..${path}`,
    `http://livez${path}`,
  ];

  it.each(closed)('no spelling of $method $path gets through', async ({ method, path }) => {
    for (const target of tricks(targetOf(path))) {
      // 400 is Node's own answer to what is no target of HTTP.
      const status = await rawStatus(api.address, method, target);
      expect({ target, closed: status === 401 || status === 400 }).toEqual({ target, closed: true });
    }
  });

  it.each([
    '/LIVEZ',
    '/livez/',
    '//livez',
    '/./livez',
    '/%6civez',
    '/livez%20',
    '/livez;x',
    '/livez/x',
    '/x/livez',
    '/livez#x',
    'http://localhost/livez',
    '/readyz/..',
    '/unknown',
    '/',
    '*',
  ])('%s is not an open path', async (target) => {
    expect(await rawStatus(api.address, 'GET', target)).toBe(401);
  });
});

describe('R9.4a with a key', () => {
  it.each([
    '//workflows',
    '/Workflows',
    '/workflows/',
    '/workflows//',
    '/./workflows',
    '/livez/../workflows',
    '/workflows%2f',
    '/workflows;x',
    '/WORKFLOWS/mapreduce',
    '/unknown',
  ])('%s is nowhere', async (target) => {
    expect(await rawStatus(api.address, 'GET', target, keys.admin)).toBe(404);
  });

  it('tells the methods of a path where the method is not one of them', async () => {
    const answer = await api.request('DELETE', '/workflows/wf_0/start', { key: keys.read });
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('allow')).toBe('POST, PUT');
    expect((await api.request('PATCH', '/workflows', {})).headers.get('allow')).toBe('GET, HEAD, POST');
    expect((await api.request('POST', '/queues/api/queues', {})).status).toBe(405);
  });

  it('takes the key as a bearer token or in X-API-Key, and in neither case a wrong one', async () => {
    const status = async (headers: Record<string, string>) =>
      (await api.request('GET', '/workflows', { key: null, headers })).status;
    expect(await status({ 'x-api-key': keys.read })).toBe(200);
    expect(await status({ authorization: `bearer ${keys.read}` })).toBe(200);
    expect(await status({ authorization: keys.read })).toBe(401);
    expect(await status({ 'x-api-key': keys.garbage })).toBe(401);
    expect(await status({ authorization: `Bearer ${keys.garbage}`, 'x-api-key': keys.admin })).toBe(401);
  });

  it('takes the key as a password at the board alone, for browsers', async () => {
    const basic = (key: string) => ({
      authorization: `Basic ${Buffer.from(`anybody:${key}`).toString('base64')}`,
    });
    const get = (path: string, key: string) => api.request('GET', path, { key: null, headers: basic(key) });
    expect((await get('/queues', keys.admin)).status).toBe(200);
    expect((await get('/queues', keys.write)).status).toBe(403);
    expect((await get('/workflows', keys.admin)).status).toBe(401);
    const asked = await api.request('GET', '/queues', { key: null });
    expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="agentainer"']);
    const elsewhere = await api.request('GET', '/workflows', { key: null });
    expect(elsewhere.headers.get('www-authenticate')).toBe('Bearer realm="agentainer"');
  });
});
