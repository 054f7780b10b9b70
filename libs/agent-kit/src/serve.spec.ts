import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AGENT = `
import { serve } from '${ROOT}libs/agent-kit/src/index.ts';
const idleExitMs = Number(process.argv[2]);
await serve((input) => input === 'hang' ? new Promise(() => setInterval(() => {}, 1000)) : input, { idleExitMs });
console.log('ready');
`;

let directory: string;
let program: string;
let agent: ChildProcess | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'af-serve-'));
  program = join(directory, 'agent.mjs');
  writeFileSync(join(directory, 'agent.ts'), AGENT);
  execFileSync(process.execPath, [
    join(ROOT, 'scripts/bundle-agent.mjs'),
    join(directory, 'agent.ts'),
    program,
  ]);
});
afterEach(() => agent?.kill('SIGKILL'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Starts the agent from its one file, away from every package, and waits until it says so. */
async function started(idleExitMs: number): Promise<ChildProcess> {
  agent = spawn(process.execPath, [program, String(idleExitMs)], {
    cwd: directory,
    env: { AGENTAINER_DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(agent.stdout!, 'data');
  return agent;
}

function post(input: string): Promise<string> {
  const task = { id: 't', run_id: 'r', workflow_id: null, step: 's', kind: 'map', index: 0, attempt: 1 };
  const body = { lease: { id: 'l', epoch: 1 }, task: { ...task, token: 'x', timeout_ms: 1_000 }, input };
  return new Promise((resolve, reject) => {
    const socketPath = join(directory, 'agent.sock');
    const outgoing = request({ socketPath, method: 'POST', path: '/tasks' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

describe('a process that serves', () => {
  it('needs nothing but its one file, and takes tasks in the directory of its environment', async () => {
    await started(0);
    await expect(post('hello')).resolves.toBe('{"type":"result","result":"hello"}\n');
  });

  it('ends within a second of SIGTERM, also with a handler that does not heed its signal', async () => {
    const child = await started(0);
    const hanging = post('hang').catch((error: Error) => error.message);
    await post('not the first').catch(() => undefined);
    const at = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - at).toBeLessThan(1_000);
    await hanging;
  });

  it('ends at once on SIGTERM when it is idle', async () => {
    const child = await started(0);
    await post('x');
    const at = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(performance.now() - at).toBeLessThan(500);
  });

  it('ends by itself when nobody asks it anything any more', async () => {
    const child = await started(100);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
