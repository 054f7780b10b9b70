import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TaskCleaner } from './task-cleaner.js';
import { MemoryGrowth } from './memory-growth.js';
import { ScratchFolders } from './scratch-folders.js';

const SLEEPER = ['-e', 'setInterval(() => undefined, 1000)'];

let home: string;
let scratch: string;
let children: ChildProcess[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'af-clean-'));
  scratch = join(home, 'scratch');
  mkdirSync(scratch);
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

/** A process as an agent of this directory starts it, with nothing that ties it to its parent. */
async function started(directory = home): Promise<ChildProcess> {
  const env = { AGENTAINER_DIRECTORY: directory };
  const child = spawn(process.execPath, SLEEPER, { env, detached: true, stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  return child;
}
const cleaner = (more: { memoryBytes?: number } = {}) =>
  new TaskCleaner({ scratch: [scratch], directory: home, ...more });

it('has nothing to do after a task that leaves nothing', async () => {
  const cleaning = cleaner();
  for (let i = 0; i < 3; i++) await expect(cleaning.run()).resolves.toBe(true);
});

it('empties the scratch, folders and hidden files too', async () => {
  const cleaning = cleaner();
  mkdirSync(join(scratch, 'a', 'b'), { recursive: true });
  writeFileSync(join(scratch, 'a', 'b', 'c'), 'text');
  writeFileSync(join(scratch, '.hidden'), 'text');
  await expect(cleaning.run()).resolves.toBe(true);
  expect(readdirSync(scratch)).toEqual([]);
});

it('sees each file that comes into a folder which was empty for long, or only just', async () => {
  const folders = new ScratchFolders([scratch]);
  while (Date.now() - statSync(scratch).ctimeMs < 200) await new Promise(setImmediate);
  expect([folders.areEmpty(), folders.areEmpty()]).toEqual([true, true]);
  for (let round = 0; round < 20; round++) {
    writeFileSync(join(scratch, 'file'), '');
    expect(folders.areEmpty()).toBe(false);
    folders.empty();
    expect(folders.areEmpty()).toBe(true);
  }
});

it('removes links, and nothing of where they lead', async () => {
  const cleaning = cleaner();
  const elsewhere = join(home, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'file'), 'of somebody');
  symlinkSync(elsewhere, join(scratch, 'link'));
  await expect(cleaning.run()).resolves.toBe(true);
  rmSync(scratch, { recursive: true });
  symlinkSync(elsewhere, scratch);
  await expect(cleaning.run()).resolves.toBe(false);
  expect(existsSync(join(elsewhere, 'file'))).toBe(true);
});

it('ends processes that were left, those that were there before not, nor those of others', async () => {
  const before = await started();
  const cleaning = cleaner();
  const stranger = await started(`${home}-other`);
  for (let round = 0; round < 2; round++) {
    const left = await started();
    const ended = once(left, 'exit');
    await expect(cleaning.run()).resolves.toBe(true);
    await expect(ended).resolves.toEqual([null, 'SIGKILL']);
  }
  expect([before, stranger].map((child) => child.exitCode ?? child.signalCode)).toEqual([null, null]);
});

it('says no where it may not remove something, or finds its folder gone', async () => {
  const cleaning = cleaner();
  rmSync(scratch, { recursive: true });
  await expect(cleaning.run()).resolves.toBe(false);
});

describe('memory', () => {
  const MIB = 1_024 * 1_024;
  const limit = () => process.memoryUsage.rss() + 128 * MIB;

  const grown = (by: number, limitBytes?: number) => {
    let resident = 2_000 * MIB;
    const growth = new MemoryGrowth(limitBytes, () => resident);
    resident += by * MIB;
    return growth.isTooMuch();
  };

  it('is too much where more than half of what was free is held on to', () => {
    expect([grown(49, 2_100 * MIB), grown(51, 2_100 * MIB)]).toEqual([false, true]);
    expect([grown(0, 1_000 * MIB), grown(1, 1_000 * MIB)]).toEqual([false, true]);
  });

  it('that nobody holds any more is given back, and no reason to say no', async () => {
    const cleaning = cleaner({ memoryBytes: limit() });
    const waste = () => Buffer.alloc(256 * MIB, 1).length;
    waste();
    await expect(cleaning.run()).resolves.toBe(true);
  });
});
