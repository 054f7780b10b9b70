import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LinuxHostGauge } from './host-gauge.js';

const GIB = 1_024 ** 3;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'af-host-'));
  file('proc/meminfo', 'MemTotal:       8388608 kB\nMemFree:  1 kB\nMemAvailable:   6291456 kB\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function file(path: string, text: string | number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}
const disks = { read: () => Promise.resolve([{ directory: '/data', use: 0.5 }]) };
const memory = async () => (await new LinuxHostGauge({ disks, root }).read()).memory;

it('is what is not available of all memory', async () => {
  expect(await memory()).toBeCloseTo(0.25);
});

it('is what is used of the limit of the control group, where that is nearer, without files that could be dropped', async () => {
  file('sys/fs/cgroup/memory.max', 2 * GIB);
  file('sys/fs/cgroup/memory.current', 1.5 * GIB);
  file('sys/fs/cgroup/memory.stat', `anon 5\ninactive_file ${0.5 * GIB}\nactive_file 7`);
  expect(await memory()).toBeCloseTo(0.5);
});

it('knows control groups of version 1', async () => {
  file('sys/fs/cgroup/memory/memory.limit_in_bytes', 4 * GIB);
  file('sys/fs/cgroup/memory/memory.usage_in_bytes', 3 * GIB);
  expect(await memory()).toBeCloseTo(0.75);
});

it.each(['max', String(2 ** 62), ''])('passes over a group without a limit (%j)', async (limit) => {
  file('sys/fs/cgroup/memory.max', limit);
  file('sys/fs/cgroup/memory.current', 8 * GIB);
  expect(await memory()).toBeCloseTo(0.25);
});

it('reads this machine', async () => {
  const use = await new LinuxHostGauge({ disks }).read();
  expect(use.memory).toBeGreaterThan(0);
  expect(use.memory).toBeLessThanOrEqual(1);
  expect(use.disks).toEqual(await disks.read());
});

it('fails where there is nothing to read', async () => {
  await expect(new LinuxHostGauge({ disks, root: join(root, 'none') }).read()).rejects.toThrow();
});
