import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

it('R9.3e keeps secrets by name, and shows no value', async () => {
  const put = await api.request('PUT', '/secrets/db.password', { body: { value: 'correct horse' } });
  expect(put).toMatchObject({ status: 200, body: { name: 'db.password' } });
  const list = await api.request('GET', '/secrets');
  expect(list.body).toEqual({ items: [{ name: 'db.password', updated_at: expect.any(String) as string }] });
  expect(put.text + list.text).not.toContain('correct');
  expect(await api.request('DELETE', '/secrets/db.password')).toMatchObject({ body: { deleted: true } });
  expect(await api.request('DELETE', '/secrets/db.password')).toMatchObject({ status: 404 });
});

it('R9.3e names what is wrong with one, without repeating it', async () => {
  const short = await api.request('PUT', '/secrets/a', { body: { value: 'pass' } });
  expect(short).toMatchObject({ status: 400, body: { errors: [{ path: 'value' }] } });
  expect(short.text).not.toContain('"pass"');
  const name = await api.request('PUT', '/secrets/no%20name', { body: { value: 'correct horse' } });
  expect(name).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
});

it.each(['read', 'write'] as const)('R9.3e is closed to keys that may only %s', async (scope) => {
  const key = api.key(scope);
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const path = method === 'GET' ? '/secrets' : '/secrets/a';
    const body = method === 'PUT' ? { value: 'correct horse' } : undefined;
    expect((await api.request(method, path, { key, body })).status).toBe(403);
  }
});
