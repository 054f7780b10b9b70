import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentConnections } from '@agentainer/agent-client';
import { DEFAULT_PERMISSIONS } from '@agentainer/core';
import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import type { HeldLease } from '@agentainer/pool';
import { TestController } from './controller.fixture.js';
import { until } from './keeper.fixture.js';

const dockerSocket = process.env.AGENTAINER_TEST_DOCKER_SOCKET;
const image = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
const SLOW_MS = 90_000;

if (!dockerSocket) it.skip('needs a container engine', () => undefined);
else {
  const service = createServer((request, response) => response.end(`from outside: ${request.url}`));
  let port: number;
  let controller: TestController;
  let connections: AgentConnections;
  beforeAll(async () => {
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    ({ port } = service.address() as AddressInfo);
    connections = new AgentConnections({ maxResultBytes: 1_000_000 });
    controller = await TestController.open({
      ...{ driver: 'docker', dockerSocket, keepAgents: true },
      egressAddresses: ['127.0.0.0/8', '::1/128'],
      permissions: { ...DEFAULT_PERMISSIONS, egress: ['localhost:*'] },
    });
    await controller.start();
  }, SLOW_MS);
  afterAll(async () => {
    service.close();
    await connections.close();
    await controller.start({ keepAgents: false });
    await controller.close();
  }, SLOW_MS);

  const command = ['sh', '-c', 'read -r line; eval "$(printf "%b" "$line")"'];
  const texts = { stdin: 'text', stdout: 'text' } as const;
  const listing = () => ({ network: 'egress', egress: [`localhost:${port}`] });
  let tasks = 0;
  /** What a script prints in an agent. */
  async function prints(held: HeldLease, script: string): Promise<unknown> {
    const attempt: AttemptRequest = {
      ...{ runId: 'run_1', workflowId: null, step: 'step', kind: 'map', index: tasks++, attempt: 1 },
      ...{ token: 'token', timeoutMs: 30_000, signal: new AbortController().signal },
      input: JSON.stringify(script),
    };
    const answer: AttemptResult = await connections.run(held.lease.directory, held.lease, attempt);
    return answer.kind === 'completed' ? JSON.parse(answer.result) : answer;
  }
  const fetching = (url: string) => `wget -q -O - ${url} 2>&1 || true`;

  it(
    'a command in any image reaches the hosts that its pool lists by the proxy at its own port, and nothing else',
    async () => {
      const held = await controller.leased(
        await controller.pool(image, 0, { protocol: 'exec', command, ...texts, ...listing() }),
      );
      expect(await prints(held, 'echo $http_proxy $HTTPS_PROXY')).toBe(
        'http://127.0.0.1:3128 http://127.0.0.1:3128',
      );
      expect(await prints(held, fetching(`http://localhost:${port}/a`))).toBe('from outside: /a');
      expect(await prints(held, fetching('http://localhost:1/'))).toContain('403 Forbidden');
      expect(await prints(held, fetching('http://169.254.169.254/'))).toContain('403 Forbidden');
      expect(await prints(held, 'ls /sys/class/net')).toBe('lo');
      expect(await prints(held, `http_proxy= ${fetching(`http://127.0.0.1:${port}/`)}`)).toContain('refused');
      expect(await prints(held, `echo | nc -w 1 192.0.2.1 80 2>&1 || true`)).toContain('unreachable');
      expect(await prints(held, 'ls /run/agentainer/egress')).toBe('');

      // Another controller takes the agent over: it leads out again from the first task on.
      await controller.start();
      let answer: unknown;
      await until(async () => {
        answer = await prints(held, fetching(`http://localhost:${port}/b`));
        return typeof answer === 'string';
      });
      expect(answer).toBe('from outside: /b');
    },
    SLOW_MS,
  );

  it(
    'a container without it has no such port, and nobody else’s leads there',
    async () => {
      const held = await controller.leased(
        await controller.pool(image, 0, { protocol: 'exec', command, ...texts }),
      );
      expect(await prints(held, `wget -q -O - http://127.0.0.1:3128/ 2>&1 || true`)).toContain('refused');
    },
    SLOW_MS,
  );
}
