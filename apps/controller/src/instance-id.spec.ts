import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instanceId } from './instance-id.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'af-instance-'));
});
afterEach(() => rm(home, { recursive: true }));

it('is the same at each start, and another one for another data directory', async () => {
  const id = await instanceId(join(home, 'a'));
  expect(id).toMatch(/^[0-9a-f]{12}$/);
  expect(await instanceId(join(home, 'a'))).toBe(id);
  expect(await instanceId(join(home, 'b'))).not.toBe(id);
});

it('is one, also where two make it at the same time, and leaves no drafts', async () => {
  const ids = await Promise.all([instanceId(home), instanceId(home)]);
  expect(ids[0]).toBe(ids[1]);
  expect(await readdir(home)).toEqual(['instance-id']);
});

it('does not guess where the file holds something else', async () => {
  await writeFile(join(home, 'instance-id'), 'me');
  await expect(instanceId(home)).rejects.toThrow('holds no id');
});
