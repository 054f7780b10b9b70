import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@agentainer/runtime';
import { HostDisks } from './host-disks.js';

const MIB = 1_024 ** 2;
let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'af-disks-'))));
afterEach(() => rmSync(home, { recursive: true }));

/** What is read once the engine has told where its data is. */
async function read(dataRoot?: () => Promise<string>, directories = [home]) {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, text: string) => void warnings.push(text) };
  const disks = new HostDisks({
    ...{ directories, driver: { dataRoot }, askMs: 0 },
    logger: logger as typeof silentLogger,
  });
  await disks.read();
  await disks.read();
  return { use: await disks.read(), warnings };
}

it('reads the disk of each directory, once where it is the same', async () => {
  const inside = join(home, 'inside');
  mkdirSync(inside);
  const { use } = await read(() => Promise.resolve(inside), [home, inside]);
  expect(use).toEqual([{ directory: home, use: expect.any(Number) }]);
  expect(use[0]!.use).toBeGreaterThan(0);
  expect(use[0]!.use).toBeLessThanOrEqual(1);
});

it('passes over the disk of an engine that is not to be seen from here, and says so once', async () => {
  const { use, warnings } = await read(() => Promise.resolve(join(home, 'elsewhere')));
  expect(use.map(({ directory }) => directory)).toEqual([home]);
  expect(warnings).toEqual([expect.stringContaining('AGENTAINER_DISKS')]);
});

it('waits for no engine', async () => {
  for (const dataRoot of [
    undefined,
    () => Promise.reject(new Error('away')),
    () => new Promise<never>(() => undefined),
  ])
    expect((await read(dataRoot)).use).toHaveLength(1);
});

it('fails where a directory is not there that counts', async () => {
  await expect(read(undefined, [home, join(home, 'none')])).rejects.toThrow('ENOENT');
});

const isRoot = process.getuid?.() === 0;
(isRoot ? it : it.skip)('knows the disk of the engine apart from that of the data', async () => {
  const engine = join(home, 'engine');
  mkdirSync(engine);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', engine]);
  try {
    const dataRoot = () => Promise.resolve(engine);
    expect((await read(dataRoot)).use[1]).toEqual({ directory: engine, use: 0 });
    writeFileSync(join(engine, 'layer'), Buffer.alloc(3 * MIB));
    expect((await read(dataRoot)).use).toEqual([
      { directory: home, use: expect.any(Number) },
      { directory: engine, use: 0.75 },
    ]);
  } finally {
    execFileSync('umount', [engine]);
  }
});
