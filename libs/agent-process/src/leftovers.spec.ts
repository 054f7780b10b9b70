import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, identityOf, isAlive, type ProcessIdentity } from '@agentainer/runtime';
import { AgentProcess } from './agent-process.js';
import { AgentRecords } from './agent-records.js';
import { OutputLog } from './output-log.js';
import { ProcessDriver } from './process-driver.js';

const SLEEPER = [process.execPath, '-e', 'setInterval(() => undefined, 1000)'];

let home: string;
let directory: string;
let records: AgentRecords;
let driver: ProcessDriver;
let bystander: ChildProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'af-left-'));
  directory = join(home, 'agents', 'agent_1');
  mkdirSync(directory, { recursive: true });
  records = new AgentRecords(join(home, 'state'), 'mine', silentLogger);
  const options = { images: {}, instance: 'mine', stateDirectory: join(home, 'state'), logger: silentLogger };
  driver = new ProcessDriver(options);
});
afterEach(async () => {
  bystander?.kill('SIGKILL');
  bystander = undefined;
  for (const { agentId } of await driver.list()) await driver.stop(agentId, 0);
  await driver.close();
  rmSync(home, { recursive: true, force: true });
});

const agent = { agentId: 'agent_1', poolId: 'pool-1' };

describe('what a driver finds after its predecessor was killed', () => {
  it('includes an agent that was started and not yet noted as such', async () => {
    records.write({ ...agent, directory });
    const { identity } = new AgentProcess(SLEEPER, directory);
    await expect(driver.list()).resolves.toEqual([{ ...agent, running: true }]);
    await driver.stop('agent_1', 0);
    expect(isAlive(identity!)).toBe(false);
    await expect(driver.list()).resolves.toEqual([]);
  });

  it('includes an agent that was noted and never started', async () => {
    records.write({ ...agent, directory });
    await expect(driver.list()).resolves.toEqual([{ ...agent, running: false }]);
    await driver.stop('agent_1', 1_000);
    await expect(driver.list()).resolves.toEqual([]);
  });

  it('is never another process that has got the number of an agent', async () => {
    bystander = spawn(SLEEPER[0]!, SLEEPER.slice(1), { detached: true, stdio: 'ignore' });
    records.write({ ...agent, directory, process: { pid: bystander.pid!, startTime: '1' } });
    await expect(driver.list()).resolves.toEqual([{ ...agent, running: false }]);
    await driver.stop('agent_1', 100);
    expect(identityOf(bystander.pid!)).toBeDefined();
  });

  it('leaves out what is no record', async () => {
    mkdirSync(join(home, 'state'));
    writeFileSync(join(home, 'state', 'mine.agent_2.json'), '{"agentId":');
    writeFileSync(join(home, 'state', 'mine.agent_3.json.new'), '{}');
    records.write({ ...agent, directory });
    await expect(driver.list()).resolves.toEqual([{ ...agent, running: false }]);
  });
});

describe('the end of an agent', () => {
  /** Starts a process as `how` says, notes its number in a file, and lives on. */
  const parent = (how: string) => [
    process.execPath,
    '-e',
    `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], ${how});
     require('fs').writeFileSync('child', String(child.pid)); ${how.includes('detached') ? 'process.exit()' : ''}`,
  ];
  async function childOf(command: string[]): Promise<ProcessIdentity> {
    const started = new AgentProcess(command, directory);
    records.write({ ...agent, directory, process: started.identity });
    const file = join(directory, 'child');
    for (const end = Date.now() + 5_000; !existsSync(file) || !readFileSync(file, 'utf8');) {
      if (Date.now() > end) throw new Error('the agent started no process');
      await sleep(10);
    }
    return identityOf(Number(readFileSync(file, 'utf8')))!;
  }

  it('is the end of what it started', async () => {
    const child = await childOf(parent('{}'));
    await driver.stop('agent_1', 1_000);
    expect(isAlive(child)).toBe(false);
  });

  it('is the end of what it started to outlive it', async () => {
    const child = await childOf(parent('{ detached: true, stdio: "ignore" }'));
    await driver.stop('agent_1', 0);
    expect(isAlive(child)).toBe(false);
  });
});

describe('an agent process', () => {
  it('has nothing of its host in its environment but the PATH', async () => {
    const tell = 'console.log(Object.keys(process.env).sort().join(" "), process.env.AGENTAINER_DIRECTORY)';
    const agent = new AgentProcess([process.execPath, '-e', tell], directory);
    await agent.ended;
    const names = 'AGENTAINER_DIRECTORY AGENTAINER_SCRATCH NODE_ENV PATH TMPDIR';
    expect(agent.output()).toBe(`${names} ${directory}`);
  });

  it('is told how many tasks it serves at once, where that is not one', async () => {
    const tell = 'console.log(`at once: ${process.env.AGENTAINER_CONCURRENCY}`)';
    const agent = new AgentProcess([process.execPath, '-e', tell], directory, 8);
    await agent.ended;
    expect(agent.output()).toBe('at once: 8');
  });

  it('that cannot be run says why', async () => {
    await expect(new AgentProcess(['/no/such/program'], directory).ended).resolves.toEqual({
      how: expect.stringContaining('ENOENT'),
    });
  });

  it('does not fill the disk with its output', async () => {
    const write =
      'process.stdout.write("x".repeat(2_000_000), () => setInterval(() => console.log("y"), 10))';
    const writer = spawn(process.execPath, ['-e', write], {
      stdio: ['ignore', new OutputLog(directory).open(), 'ignore'],
    });
    bystander = writer;
    const size = () => statSync(join(directory, 'output.log')).size;
    for (const end = Date.now() + 5_000; size() < 2_000_000 && Date.now() < end;) await sleep(10);
    new OutputLog(directory).cut();
    expect(size()).toBeLessThan(10_000);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
  });
});
