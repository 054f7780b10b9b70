import { AgentLostError, type RawTask, type TaskRun } from '@agentainer/agent-kit/server';
import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import type { AgentStart, CommandRunner, CommandSignal, TaskCommand } from '@agentainer/pool';
import { ExecWork } from './exec-work.js';

const agent: AgentStart = {
  ...{ agentId: 'agent_1', poolId: 'pool-1', image: 'any', directory: '/nowhere' },
  config: { ...DEFAULT_POOL_CONFIG, protocol: 'exec' },
};
const request = (id: string): RawTask => ({
  lease: { id: 'lease', epoch: 1 },
  task: {
    ...{ id, run_id: 'r', workflow_id: null, step: 's', kind: 'map', index: 4, attempt: 2, token: 'k' },
    timeout_ms: 1_000,
  },
  input: (async function* () {})(),
  drain: () => Promise.resolve(),
});

/** Commands that a test ends, and a log of what was asked for. */
class ScriptedRunner implements CommandRunner {
  readonly log: string[] = [];
  /** Processes that are left. */
  left = 0;
  heedsTerm = true;
  command: TaskCommand | undefined;
  private settle: { end: (code: number) => void; fail: (error: Error) => void } | undefined;

  run(_: AgentStart, command: TaskCommand): Promise<number> {
    this.log.push(`run ${command.environment.AGENTAINER_TASK_ID}`);
    this.command = command;
    this.left = 1;
    return new Promise((end, fail) => {
      this.settle = { end, fail };
      command.signal.addEventListener('abort', () => fail(command.signal.reason as Error));
    });
  }

  signal(_: AgentStart, signal: CommandSignal): Promise<boolean> {
    this.log.push(String(signal));
    const had = this.left > 0;
    if (signal === 'SIGKILL') this.left = 0;
    if (had && (signal === 'SIGKILL' || (signal === 'SIGTERM' && this.heedsTerm))) this.end(137, 0);
    return Promise.resolve(had);
  }

  end(code: number, left = 0): void {
    this.left = left;
    this.settle?.end(code);
    this.settle = undefined;
  }

  fail(message: string): void {
    this.settle?.fail(new Error(message));
  }
}

const printed: string[] = [];
const log = {
  print: (stream: string, text: Buffer) => printed.push(`${stream}: ${text}`),
} as unknown as TaskRun['log'];

let runner: ScriptedRunner;
let work: ExecWork;
let abort: AbortController;
beforeEach(() => {
  runner = new ScriptedRunner();
  work = new ExecWork(agent, { commands: runner, isClean: () => Promise.resolve(true), resultLimit: 10 });
  abort = new AbortController();
});
const perform = (id = 't1', { signal } = abort) => {
  const heartbeat = () => undefined;
  return work.perform(request(id), { signal, heartbeat, progress: heartbeat, log });
};
const begun = async (id = 't1') => {
  while (!runner.log.includes(`run ${id}`)) await new Promise((resolve) => setTimeout(resolve, 1));
};

it('runs the command, and tells it which task it is for', async () => {
  const performed = perform();
  await begun();
  expect(runner.command?.environment).toMatchObject({
    ...{ AGENTAINER_TASK_ID: 't1', AGENTAINER_RUN_ID: 'r', AGENTAINER_STEP: 's', AGENTAINER_TOKEN: 'k' },
    ...{ AGENTAINER_INDEX: '4', AGENTAINER_ATTEMPT: '2', AGENTAINER_KIND: 'map' },
  });
  runner.command?.onOutput('stdout', Buffer.from('42'));
  runner.command?.onOutput('stderr', Buffer.from('oh'));
  expect(printed).toEqual(['stderr: oh']);
  runner.end(0);
  expect(await performed).toBe('{"type":"result","result":42}\n');
});

it('ends what an earlier keeper left before the first command, and what a command left after it', async () => {
  runner.left = 2;
  const performed = perform();
  await begun();
  expect(runner.log).toEqual(['SIGKILL', 'SIGKILL', 'run t1']);
  runner.end(0, 3);
  await performed;
  expect(runner.log.slice(3)).toEqual(['SIGKILL', 'SIGKILL']);
  expect(runner.left).toBe(0);
});

it('begins the task of a newer lease only when the command of the older one has ended', async () => {
  const superseded = perform();
  await begun();
  const next = perform('t2', new AbortController());
  abort.abort(new Error('a newer lease took the agent'));
  await expect(superseded).rejects.toThrow('newer lease');
  await begun('t2');
  expect(runner.log).toEqual(['SIGKILL', 'run t1', 'SIGTERM', 'SIGKILL', 'run t2']);
  runner.end(0);
  await next;
});

it('kills a command that does not heed SIGTERM', async () => {
  runner.heedsTerm = false;
  const performed = perform();
  await begun();
  abort.abort(new Error('cancelled'));
  await expect(performed).rejects.toThrow('cancelled');
  expect(runner.log).toEqual(['SIGKILL', 'run t1', 'SIGTERM', 'SIGKILL', 'SIGKILL']);
});

it('kills a command that writes too much', async () => {
  const performed = perform();
  await begun();
  runner.command?.onOutput('stdout', Buffer.from('12345678901'));
  await expect(performed).rejects.toMatchObject({ code: 'RESULT_TOO_LARGE' });
});

it('starts nothing for a task that is not wanted any more', async () => {
  abort.abort(new Error('cancelled'));
  await expect(perform()).rejects.toThrow('cancelled');
  expect(runner.log).toEqual([]);
});

it('is lost where nobody knows how a command ended', async () => {
  const performed = perform();
  await begun();
  expect(await work.isWell()).toBe(true);
  runner.fail('the engine went away');
  await expect(performed).rejects.toThrow(AgentLostError);
  expect(await work.isWell()).toBe(false);
});

it('is not well where the agent does not answer, or not soon', async () => {
  runner.signal = () => Promise.reject(new Error('no answer'));
  expect(await work.isWell()).toBe(false);
  runner.signal = () => new Promise(() => undefined);
  expect(await work.isWell()).toBe(false);
});

it("is lost to its task when its keeper stops, for that was no fault of the task's", async () => {
  const performed = perform();
  await begun();
  const closed = work.close();
  abort.abort(new Error('the agent stops'));
  await expect(performed).rejects.toMatchObject({ code: 'AGENT_STOPPED' });
  await closed;
  expect(await work.isWell()).toBe(false);
});

it.each([
  [true, () => Promise.resolve(true)],
  [false, () => Promise.resolve(false)],
  [false, () => Promise.reject(new Error('the engine is away'))],
])('says whether its driver finds it clean: %s', async (clean, isClean) => {
  const asked = new ExecWork(agent, { commands: runner, isClean, resultLimit: 10 });
  await expect(asked.clean()).resolves.toBe(clean);
});
