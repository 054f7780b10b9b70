import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentServer, type Handler } from '@agentainer/agent-kit';
import type { AttemptRequest } from '@agentainer/engine';
import { AgentClient } from './agent-client.js';

let directory: string;
let client: AgentClient;
let server: AgentServer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-stop-'));
  client = new AgentClient(directory);
});
afterEach(async () => {
  await client.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

async function agent(handler: Handler<never>): Promise<void> {
  server = new AgentServer(() => handler, directory);
  await server.listen();
}
const run = (change: Partial<AttemptRequest> = {}) =>
  client.run(
    { id: 'lease_1', epoch: 5, slot: 0 },
    {
      ...{ runId: 'run_01jd0000000000000000000000', workflowId: null, step: 'count', kind: 'map', index: 4 },
      ...{ attempt: 1, token: 'tok', input: '1', timeoutMs: 10_000, signal: new AbortController().signal },
      ...change,
    },
  );
const stopped = { kind: 'lost', error: { code: 'AGENT_STOPPED' } };

it.each([
  ['heeds', (signal: AbortSignal) => new Promise((_, no) => signal.addEventListener('abort', no))],
  ['does not heed', () => new Promise(() => undefined)],
])('loses the attempt of an agent that is told to end, and whose handler %s that', async (_, work) => {
  let begin: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  await agent((_input, { signal }) => {
    begin();
    return work(signal);
  });
  const result = run();
  await begun;
  void server.close();
  expect(await result).toMatchObject(stopped);
});

it('keeps a result that was there in time, and has no further task of the agent that ends', async () => {
  let begin: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  await agent((_input, { signal }) => {
    begin();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve('saved')));
  });
  const first = run();
  await begun;
  void server.close();
  expect(await first).toMatchObject({ kind: 'completed', result: '"saved"' });
  expect(await run({ index: 5 })).toMatchObject(stopped);
  expect(await client.probe(1_000)).toBe(false);
});
