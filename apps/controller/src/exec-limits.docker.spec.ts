import { AgentConnections } from '@agentainer/agent-client';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import type { HeldLease } from '@agentainer/pool';
import { TestController } from './controller.fixture.js';

const dockerSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const SLOW_MS = 90_000;

if (!dockerSocket) it.skip('needs a container engine', () => undefined);
else {
  let controller: TestController;
  let connections: AgentConnections;
  let held: HeldLease;
  beforeEach(async () => {
    controller = await TestController.open({ driver: 'docker', dockerSocket });
    connections = new AgentConnections();
    await controller.start();
    const EVAL = 'read -r line; eval "$line"';
    const command = ['sh', '-c', EVAL];
    const pool = { protocol: 'exec', command, stdin: 'text', stdout: 'text' } as const;
    held = await controller.leased(await controller.pool(image, 0, pool));
  });
  afterEach(async () => {
    await connections.close();
    await controller.close();
  }, SLOW_MS);

  let tasks = 0;
  function run(script: string, change: Partial<AttemptRequest> = {}): Promise<AttemptResult> {
    const attempt: AttemptRequest = {
      ...{ runId: 'run_1', workflowId: null, step: 'step', kind: 'map', index: tasks++, attempt: 1 },
      ...{ token: 'token', timeoutMs: 30_000, signal: new AbortController().signal },
      input: JSON.stringify(script),
      ...change,
    };
    return connections.run(held.lease.directory, held.lease, attempt);
  }
  const serves = async () => {
    expect(await run('cat /proc/[0-9]*/cmdline | tr "\\0" " "; echo "; well"')).toMatchObject({
      ...{ kind: 'completed', result: expect.stringMatching(/^((?!bomb|fill).)*; well"$/) },
    });
  };

  it(
    'a command that takes too much memory is killed, and its agent goes on',
    async () => {
      const fill = 'node -e "const fill = []; for (;;) fill.push(Buffer.alloc(1e7, 1))"';
      expect(await run(fill)).toMatchObject({ kind: 'failed', error: { code: 'EXIT_137' }, suspect: false });
      await serves();
    },
    SLOW_MS,
  );

  it(
    'a command that makes processes without end is ended with all of them, and its agent goes on',
    async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 2_000);
      const bombed = await run('bomb() { bomb | bomb & bomb | bomb; }; bomb', { signal: abort.signal });
      expect(bombed.kind).toMatch(/^(stopped|failed)$/);
      await serves();
    },
    SLOW_MS,
  );

  it(
    'commands that end before their input does lose nothing of what they said',
    async () => {
      const input = `head -c 1000 >/dev/null; head -c 50000 /dev/zero | tr "\\0" y; exit 0\n${'x'.repeat(1_000_000)}`;
      for (let i = 0; i < 20; i++)
        expect(await run(input)).toMatchObject({
          kind: 'completed',
          result: JSON.stringify('y'.repeat(50_000)),
        });
    },
    SLOW_MS,
  );
}
