import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
});
afterEach(() => api.stop());

const definition = (items: unknown) => ({
  name: 'w',
  steps: [{ type: 'map', name: 'm', image: 'x', items }],
});
const create = (items: unknown) => api.request('POST', '/workflows', { body: definition(items) });

it.each([
  [{ url: 'https://data.example/lists/a.json' }],
  [{ url: 'https://data.example/lists/a', format: 'json', pointer: '/urls' }],
  [{ file: '/srv/items/a.CSV' }],
  [{ file: '/srv/items/a', format: 'jsonl' }],
])('R2.1b takes items from where the operator allows it: %j', async (items) => {
  const created = await create(items);
  expect(created.status).toBe(201);
  expect(created.body.definition.steps[0].items).toEqual(items);
});

it.each([
  [{ url: 'https://data.example/secret.json' }, 'steps[0].items.url', 'AGENTAINER_ITEM_URLS'],
  [{ url: 'http://169.254.169.254/latest/meta-data' }, 'steps[0].items.url', 'AGENTAINER_ITEM_URLS'],
  [{ file: '/etc/passwd.csv' }, 'steps[0].items.file', 'AGENTAINER_ITEM_FILES'],
  [{ file: '/srv/items/../secret.csv' }, 'steps[0].items.file', 'AGENTAINER_ITEM_FILES'],
  [{ url: 'file:///srv/items/a.csv' }, 'steps[0].items.url', 'http://'],
  [{ url: 'https://name:word@data.example/lists/' }, 'steps[0].items.url', 'password'],
  [{ url: 'https://data.example/lists/', format: 'xml' }, 'steps[0].items', 'must be'],
  [
    { url: 'https://data.example/lists/', format: 'csv', pointer: '/a' },
    'steps[0].items.pointer',
    'json only',
  ],
  [{ file: 'items/a.csv' }, 'steps[0].items.file', 'absolute'],
  [{ file: '/srv/items/a' }, 'steps[0].items.format', 'does not tell'],
  [{ file: '/srv/items/a.csv', pointer: '/a' }, 'steps[0].items.pointer', 'json only'],
])('R2.1b refuses items from elsewhere, naming the field: %j', async (items, path, message) => {
  const refused = await create(items);
  expect(refused.status).toBe(400);
  expect(refused.body.errors).toMatchObject([{ path, message: expect.stringContaining(message) as string }]);
});

it('refuses them in a next version and in a map-reduce as well', async () => {
  const { body } = await create(['a']);
  const items = { file: '/etc/hosts.csv' };
  const next = await api.request('PUT', `/workflows/${body.id}`, { body: definition(items) });
  expect(next).toMatchObject({ status: 400, body: { errors: [{ path: 'steps[0].items.file' }] } });
  const request = { name: 'mr', mapper_image: 'x', reducer_image: 'x', items };
  const mapReduce = await api.request('POST', '/workflows/mapreduce', { body: request });
  expect(mapReduce).toMatchObject({ status: 400, body: { errors: [{ path: 'items.file' }] } });
});
