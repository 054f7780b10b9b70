import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@agentainer/runtime';
import { agentsDirectory, memoryDirectoryOf } from './agents-directory.js';

describe("the folder of agents' directories", () => {
  let data: string;
  const warnings: unknown[] = [];
  const logger = { warn: (facts: unknown) => warnings.push(facts) } as unknown as Logger;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'af-data-'));
    warnings.length = 0;
  });
  afterEach(() => {
    for (const path of [memoryDirectoryOf(data), data]) rmSync(path, { recursive: true, force: true });
  });

  it('is in memory for containers, and nobody else gets into it', async () => {
    const directory = await agentsDirectory({ dataDirectory: data, driver: 'docker' }, logger);
    expect(directory).toBe(memoryDirectoryOf(data));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(warnings).toEqual([]);
    await expect(agentsDirectory({ dataDirectory: data, driver: 'docker' }, logger)).resolves.toBe(directory);
  });

  it('is in the data directory for processes', async () => {
    const directory = await agentsDirectory({ dataDirectory: data, driver: 'process' }, logger);
    expect(directory).toBe(join(data, 'agents'));
  });

  it('may be another one, with a warning where that is on a disk', async () => {
    const chosen = { dataDirectory: data, driver: 'docker', agentsDirectory: join(data, 'chosen') } as const;
    await expect(agentsDirectory(chosen, logger)).resolves.toBe(join(data, 'chosen'));
    expect(warnings).toEqual([{ directory: join(data, 'chosen') }]);
  });

  it('is none that somebody else has laid out', async () => {
    symlinkSync(data, memoryDirectoryOf(data));
    await expect(agentsDirectory({ dataDirectory: data, driver: 'docker' }, logger)).rejects.toThrow(
      'belongs to somebody else',
    );
  });
});
