import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { AgentConnections } from '@agentainer/agent-client';
import type { PoolConfig } from '@agentainer/core';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import type { HeldLease } from '@agentainer/pool';
import { TestController } from './controller.fixture.js';
import { instanceId } from './instance-id.js';
import { until } from './keeper.fixture.js';

const dockerSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const SLOW_MS = 90_000;
const MIB = 1_024 * 1_024;

if (!dockerSocket) it.skip('needs a container engine', () => undefined);
else {
  let controller: TestController;
  let connections: AgentConnections;
  beforeEach(async () => {
    controller = await TestController.open({ driver: 'docker', dockerSocket });
    connections = new AgentConnections({ maxResultBytes: 8 * MIB });
    await controller.start();
  });
  afterEach(async () => {
    await connections.close();
    await controller.close();
  }, SLOW_MS);

  const pool = (script: string, config: Partial<PoolConfig> = {}) =>
    controller.pool(image, 0, { protocol: 'exec', command: ['sh', '-c', script], ...config });
  const leased = async (script: string, config?: Partial<PoolConfig>) =>
    controller.leased(await pool(script, config));

  async function engine(action: 'pause' | 'unpause', agentId: string): Promise<void> {
    const path = `/containers/agentainer-${await instanceId(controller.config.dataDirectory)}-${agentId}/${action}`;
    const asked = request({ socketPath: dockerSocket, method: 'POST', path }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(204);
  }

  let tasks = 0;
  function run(held: HeldLease, input: unknown, change: Partial<AttemptRequest> = {}) {
    const attempt: AttemptRequest = {
      ...{ runId: 'run_1', workflowId: null, step: 'step', kind: 'map', index: tasks++, attempt: 1 },
      ...{ token: 'token', timeoutMs: 30_000, signal: new AbortController().signal },
      input: JSON.stringify(input),
      ...change,
    };
    return connections.run(held.lease.directory, held.lease, attempt);
  }
  const resultOf = (answer: AttemptResult): unknown => {
    if (answer.kind !== 'completed') throw new Error(`expected a result, not ${JSON.stringify(answer)}`);
    return JSON.parse(answer.result) as unknown;
  };
  /** The same agent, by the lease that comes after this one. */
  const after = (held: HeldLease): HeldLease =>
    ({ ...held, lease: { ...held.lease, epoch: held.lease.epoch + 1 } }) as HeldLease;
  /** What a script that prints its input back, or does what that says, is told of the processes of its container. */
  const PROCESSES = 'cat /proc/[0-9]*/cmdline | tr "\\0" " "';
  const EVAL = 'read -r line; eval "$(printf "%b" "$line")"';

  it(
    'runs a command for each task: input, output, exit codes, environment',
    async () => {
      const held = await leased(EVAL, { stdin: 'text', stdout: 'text' });
      expect(resultOf(await run(held, 'echo hello; echo there'))).toBe('hello\nthere');
      expect(await run(held, 'echo what a pity >&2; exit 3')).toMatchObject({
        kind: 'failed',
        error: { code: 'EXIT_3', detail: 'what a pity\n' },
        ...{ retryable: true, suspect: false },
      });
      const environment = 'echo $AGENTAINER_RUN_ID $AGENTAINER_STEP $AGENTAINER_INDEX $AGENTAINER_ATTEMPT';
      expect(resultOf(await run(held, environment, { index: 77, attempt: 5 }))).toBe('run_1 step 77 5');
      expect(resultOf(await run(held, 'ls /run/agentainer'))).toContain('gateway.sock');
    },
    SLOW_MS,
  );

  it(
    'is as hardened as any agent, seen from inside',
    async () => {
      const held = await leased(EVAL, { stdin: 'text', stdout: 'text' });
      const status = String(resultOf(await run(held, 'cat /proc/self/status; id')));
      expect(status).toMatch(/NoNewPrivs:\s+1/);
      expect(status).toMatch(/CapEff:\s+0+\n/);
      expect(status).toContain('uid=65534');
      expect(status).toMatch(/Seccomp:\s+2/);
      for (const place of ['/', '/usr', '/run/agentainer', '/.agentainer-anchor'])
        expect(await run(held, `echo x >>${place}/x || echo x >>${place}`)).toMatchObject({ kind: 'failed' });
      expect(resultOf(await run(held, 'cat /proc/net/dev | wc -l'))).toBe('3');
      expect(await run(held, 'ln -sf /etc/passwd /run/agentainer/agent.sock')).toMatchObject({
        kind: 'failed',
      });
    },
    SLOW_MS,
  );

  it(
    'takes inputs of several MiB, and bounds results',
    async () => {
      await controller.start({ resultLimit: 2 * MIB });
      const count = await leased('wc -c');
      expect(resultOf(await run(count, 'x'.repeat(6 * MIB)))).toBe(6 * MIB + 2);
      const echo = await leased('cat');
      expect(resultOf(await run(echo, ['x'.repeat(MIB)]))).toEqual(['x'.repeat(MIB)]);
      expect(await run(echo, 'x'.repeat(3 * MIB))).toMatchObject({
        ...{ kind: 'failed', error: { code: 'RESULT_TOO_LARGE' }, retryable: false, suspect: false },
      });
      expect(resultOf(await run(echo, 'small'))).toBe('small');
      const endless = await leased('while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done');
      expect(await run(endless, 1)).toMatchObject({ error: { code: 'RESULT_TOO_LARGE' } });
    },
    SLOW_MS,
  );

  it(
    'runs 20 tasks at once, each on an agent that has no other',
    async () => {
      const spec = await pool('n=$(cat); sleep 0.3; echo "[$n, $(ls -d /proc/[0-9]* | wc -l)]"', {
        max_size: 5,
      });
      const one = async (i: number) => {
        const held = await controller.leased(spec);
        const answer = await run(held, i);
        await controller.leaser.release(held, { uses: 1, suspect: false });
        return { result: resultOf(answer), agent: held.lease.agentId };
      };
      const all = await Promise.all(Array.from({ length: 20 }, (_, i) => one(i)));
      expect(new Set(all.map(({ agent }) => agent)).size).toBeLessThanOrEqual(5);
      // The anchor, the shell and what counts: nobody sees processes of another task.
      for (const [i, { result }] of all.entries()) {
        const [n, processes] = result as [number, number];
        expect(n).toBe(i);
        expect(processes).toBeLessThanOrEqual(5);
      }
    },
    SLOW_MS,
  );

  it(
    'leaves nothing running of a task that was cancelled, took too long or lost its lease',
    async () => {
      const held = await leased(EVAL, { stdin: 'text', stdout: 'text', max_size: 3 });
      const hiding =
        'setsid sleep 1001 </dev/null >/dev/null 2>&1 & trap "" TERM; while :; do sleep 1002; done';
      const processes = async (on: HeldLease) => String(resultOf(await run(on, PROCESSES)));

      const abort = new AbortController();
      const cancelled = run(held, hiding, { signal: abort.signal });
      await new Promise((resolve) => setTimeout(resolve, 300));
      abort.abort();
      expect(await cancelled).toMatchObject({ kind: 'stopped' });
      expect(await processes(held)).not.toMatch(/sleep 100/);

      expect(await run(held, hiding, { timeoutMs: 500 })).toMatchObject({ kind: 'timed_out' });
      const next = after(held);
      expect(await processes(next)).not.toMatch(/sleep 100/);

      const superseded = run(next, hiding);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const newer = after(next);
      const another = connections;
      connections = new AgentConnections();
      expect(await processes(newer)).not.toMatch(/sleep 100/);
      expect((await superseded).kind).toBe('failed');
      await another.close();
      expect(await run(held, 'echo late')).toMatchObject({ kind: 'lost', error: { code: 'ATTEMPT_LOST' } });

      resultOf(await run(newer, 'setsid sleep 1003 </dev/null >/dev/null 2>&1 &'));
      expect(await processes(newer)).not.toMatch(/sleep 100/);
    },
    SLOW_MS,
  );

  it(
    'goes on after a restart of the keeper, without what ran before',
    async () => {
      await controller.start({ keepAgents: true });
      const spec = await pool(EVAL, { stdin: 'text', stdout: 'text' });
      const held = await controller.leased(spec);
      const running = run(held, 'sleep 1004');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await controller.stop();
      expect(await running).toMatchObject({ kind: 'lost', error: { code: 'AGENT_STOPPED' } });
      await controller.start({ keepAgents: true });
      await until(() => connections.probe(held.lease.directory));
      expect(resultOf(await run(held, PROCESSES))).not.toMatch(/sleep 1004/);
      await controller.start();
    },
    SLOW_MS,
  );

  it(
    'loses a task with its host, and it can be told that this is why',
    async () => {
      const held = await leased(EVAL, { stdin: 'text', stdout: 'text' });
      let begun = () => {};
      const printed = new Promise<void>((resolve) => (begun = resolve));
      const running = run(held, 'echo begun >&2; sleep 1005', { onLog: () => begun() }).then(
        async (result) => ({ result, hostStops: await controller.leaser.hostStops(held) }),
      );
      await printed;
      await controller.stop();
      const { result, hostStops } = await running;
      if (result.kind !== 'lost') throw new Error(`expected a loss, not ${JSON.stringify(result)}`);
      expect(result.error.code === 'AGENT_STOPPED' || hostStops).toBe(true);
    },
    SLOW_MS,
  );

  it(
    'says that a frozen container is not well',
    async () => {
      const held = await leased('cat');
      expect(await connections.probe(held.lease.directory)).toBe(true);
      await engine('pause', held.lease.agentId);
      expect(await connections.probe(held.lease.directory)).toBe(false);
      await engine('unpause', held.lease.agentId);
      expect(await connections.probe(held.lease.directory)).toBe(true);
    },
    SLOW_MS,
  );
}
