import { silentLogger } from '@agentainer/runtime';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildAgentImage } from './agent-image.js';
import { AlreadyRunningError } from './errors.js';
import { pollUntil } from './poll.js';
import { PrivateEngine } from './private-engine.js';

const run = promisify(execFile);

describe('PrivateEngine', () => {
  let root: string;
  const engines: PrivateEngine[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'af-engine-'));
    writeFileSync(
      join(root, 'agent.mjs'),
      'process.on("SIGTERM", () => process.exit()); setInterval(() => {}, 1e3);',
    );
  });

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.stop()));
    rmSync(root, { recursive: true, force: true });
  });

  async function started(name: string): Promise<PrivateEngine> {
    const engine = new PrivateEngine({ directory: join(root, name), logger: silentLogger });
    engines.push(engine);
    await engine.start();
    return engine;
  }

  const build = ({ socketPath }: PrivateEngine) =>
    buildAgentImage({ socketPath, name: 'test/agent:1', bundle: join(root, 'agent.mjs') });

  it('runs a container of an image made without a registry, and leaves nothing when it stops', async () => {
    const engine = await started('a');
    expect(await build(engine)).toBe(true);
    expect(await build(engine)).toBe(false);
    await docker(engine, 'run', '--detach', '--stop-timeout', '1', '--network', 'none', 'test/agent:1');
    expect(processesOf(root).length).toBeGreaterThan(2);
    await engine.stop();
    expect(await leftovers()).toEqual([]);
  }, 60_000);

  it('takes its containers with it when it is killed, and starts again with its images', async () => {
    const engine = await started('a');
    await build(engine);
    await docker(engine, 'run', '--detach', '--stop-timeout', '1', '--network', 'none', 'test/agent:1');
    const killed = engine.pid!;
    process.kill(killed, 'SIGKILL');
    const back = await pollUntil(async () => {
      return engine.pid !== killed && (await docker(engine, 'ps', '--quiet').catch(() => 'gone')) === '';
    }, 20_000);
    expect(back).toBe(true);
    expect(await build(engine)).toBe(false);
  }, 60_000);

  it('works beside another one without seeing its containers', async () => {
    const [one, two] = await Promise.all([started('a'), started('b')]);
    await Promise.all([build(one), build(two)]);
    const id = (
      await docker(one, 'run', '--detach', '--stop-timeout', '1', '--network', 'none', 'test/agent:1')
    ).trim();
    expect(await docker(two, 'ps', '--quiet')).toBe('');
    await two.stop();
    expect(await docker(one, 'ps', '--quiet', '--no-trunc')).toBe(`${id}\n`);
  }, 60_000);

  it('refuses a directory that is in use', async () => {
    await started('a');
    await expect(started('a')).rejects.toThrow(AlreadyRunningError);
  }, 60_000);

  it('reaps what containers leave behind', async () => {
    const engine = await started('a');
    await build(engine);
    for (let i = 0; i < 3; i++) {
      await docker(engine, 'run', '--rm', '--network', 'none', 'test/agent:1', 'node', '-e', '0');
    }
    const zombies = () => readdirSync('/proc').filter((pid) => stateOf(pid).includes('(containerd-shim) Z'));
    expect(await pollUntil(() => Promise.resolve(zombies().length === 0), 5_000)).toBe(true);
  }, 60_000);

  /** Processes, mounts and control groups of engines under this test's root. */
  async function leftovers(): Promise<string[]> {
    await pollUntil(() => Promise.resolve(processesOf(root).length === 0), 5_000);
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(root));
    const groups = ['', 'memory'].map((c) => join('/sys/fs/cgroup', c)).filter(existsSync);
    const left = groups.map((group) => join(group, engines[0]!.cgroup)).filter(existsSync);
    return [...processesOf(root), ...mounts, ...left];
  }
});

async function docker(engine: PrivateEngine, ...args: string[]): Promise<string> {
  const { stdout } = await run('docker', ['--host', `unix://${engine.socketPath}`, ...args], {
    timeout: 30_000,
  });
  return stdout;
}

function processesOf(root: string): string[] {
  return readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && textOf(`/proc/${pid}/cmdline`).includes(root),
  );
}

function stateOf(pid: string): string {
  return /^\d+$/.test(pid) ? textOf(`/proc/${pid}/stat`) : '';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
