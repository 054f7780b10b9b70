import { type DefinitionInput, validateDefinition } from '@agentainer/core';
import type { Keys } from '../keys.js';
import { newKeys, testRedis } from '../redis.fixture.js';
import { RedisWorkflowStore } from '../workflow-store.js';
import { KEPT_VERSIONS, updateWorkflow } from './workflow-update.js';

const redis = testRedis();
let keys: Keys;
let store: RedisWorkflowStore;
beforeEach(() => {
  keys = newKeys();
  store = new RedisWorkflowStore(redis, keys);
});

const definition = (description: string) =>
  validateDefinition({ name: 'w', description, steps: [{ name: 'a', image: 'x' }] } as DefinitionInput);

it('counts up with each other definition, and keeps those before', async () => {
  const { id, createdAt } = await store.create(definition('one'));
  expect(await store.update(id, definition('two'))).toMatchObject({ version: 2, createdAt });
  expect(await store.update(id, definition('two'))).toMatchObject({ version: 2 });
  expect(await store.update(id, definition('three'))).toMatchObject({ version: 3 });
  const texts = await Promise.all(
    [1, 2, 3].map(async (v) => (await store.get(id, v))!.definition.description),
  );
  expect(texts).toEqual(['one', 'two', 'three']);
  expect(await store.get(id, 4)).toBeUndefined();
  expect(await store.get(id)).toMatchObject({ version: 3 });
  const versions = (await store.versions(id))!;
  expect(versions.map((v) => v.version)).toEqual([3, 2, 1]);
  expect(versions[2]!.createdAt).toBe(createdAt);
  expect(versions[0]!.createdAt).toBeGreaterThanOrEqual(versions[1]!.createdAt);
});

it('two who change it at the same time make two versions, one after the other', async () => {
  const { id } = await store.create(definition('one'));
  const made = await Promise.all(['a', 'b'].map((text) => updateWorkflow(redis, keys, id, definition(text))));
  expect(made.sort()).toEqual([2, 3]);
});

it('drops the oldest where there are too many', async () => {
  const { id } = await store.create(definition('0'));
  for (let n = 1; n <= KEPT_VERSIONS + 1; n++) await store.update(id, definition(String(n)));
  expect(await store.versions(id)).toHaveLength(KEPT_VERSIONS + 1);
  expect(await store.get(id, 1)).toBeUndefined();
  expect((await store.get(id, 2))!.definition.description).toBe('1');
});

it('knows no versions of a workflow that is not there', async () => {
  expect(await store.update('wf_none', definition('one'))).toBeUndefined();
  expect(await store.versions('wf_none')).toBeUndefined();
});
