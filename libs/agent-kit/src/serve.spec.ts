import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const AGENT = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serve } from '${ROOT}libs/agent-kit/src/index.ts';
const idleExitMs = Number(process.argv[2]);
let printed = false;
const print = async ({ capture, log }) => {
  console.log('out %d', 1);
  process.stderr.write(Buffer.from('to stderr\\n'));
  await new Promise((resolve) => setImmediate(resolve));
  process.stdout.write('late');
  process.stdout.write('\\n', () => undefined);
  log('said', 'stderr');
  await once(capture(spawn('sh', ['-c', 'echo child; echo bad >&2'])), 'close');
  await once(spawn('sh', ['-c', 'echo inherits; echo worse >&2'], { stdio: 'inherit' }), 'close');
  await once(spawn('sh', ['-c', 'echo fd; echo worst >&2'], { stdio: ['ignore', 1, process.stderr] }), 'close');
  await once(spawn('sh', ['-c', 'echo unheard; cat >&2'], { stdio: ['pipe', 'ignore', 'pipe'] }).on('spawn', function () { this.stdin.end('unheard'); }), 'close');
  return 'printed';
};
const handle = (input, context) => {
  if (input === 'hang') return new Promise(() => setInterval(() => {}, 1000));
  if (input === 'print') return print(context);
  if (input === 'print later') {
    setTimeout(() => {
      process.stdout.write('x');
      process.stderr.write('y');
      printed = true;
    });
    return;
  }
  if (input === 'printed?') return printed;
  if (input === 'exit') { console.log('last words'); process.exit(3); }
  if (input === 'throw') return new Promise(() => setTimeout(() => { throw new Error('out of the blue'); }));
  return input;
};
const cleanUpMs = Number(process.argv[3] ?? 0);
const cleaned = () => new Promise((resolve) => setTimeout(() => resolve(console.log('clean')), cleanUpMs));
const cleanUp = cleanUpMs > 0 ? cleaned : undefined;
await serve(handle, { idleExitMs, cleanUp });
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
async function started(idleExitMs: number, cleanUpMs = 0): Promise<ChildProcess> {
  agent = spawn(process.execPath, [program, String(idleExitMs), String(cleanUpMs)], {
    cwd: directory,
    env: { AGENTAINER_DIRECTORY: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  agent.stderr!.resume();
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
      response.on('error', () => resolve(text));
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

  it('ends soon after SIGTERM, also with a handler that never ends', async () => {
    const child = await started(0);
    const hanging = post('hang').catch((error: Error) => error.message);
    await post('not the first').catch(() => undefined);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await hanging).toContain('"code":"AGENT_STOPPED"');
  });

  it('ends at once on SIGTERM when it is idle', async () => {
    const child = await started(0);
    await post('x');
    const at = performance.now();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    // Far less than the time that a task gets to end, and than 10 minutes without a request.
    expect(performance.now() - at).toBeLessThan(5_000);
  });

  it('cleans up before it ends, however long that takes, after a task that hangs too', async () => {
    const child = await started(0, 1_500);
    const hanging = post('hang').catch((error: Error) => error.message);
    await post('not the first').catch(() => undefined);
    const said = once(child.stdout!, 'data') as Promise<[Buffer]>;
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(String((await said)[0])).toBe('clean\n');
    await hanging;
  });

  it('goes on where what is printed outside of tasks cannot be written, for the disk is full', async () => {
    const full = openSync('/dev/full', 'w');
    agent = spawn(process.execPath, [program, '0'], {
      cwd: directory,
      env: { AGENTAINER_DIRECTORY: directory },
      stdio: ['ignore', full, full],
    });
    closeSync(full);
    const { pid } = agent;
    const answers = async (input: string, line: string) => {
      while ((await post(input).catch(() => '')) !== line) process.kill(pid!, 0);
    };
    await answers('print later', '{"type":"result","result":null}\n');
    await answers('printed?', '{"type":"result","result":true}\n');
    expect(await post('hello')).toContain('hello');
  });

  it('ends by itself when nobody asks it anything any more', async () => {
    const child = await started(100);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('what a task prints', () => {
  /** By stream, all that the answer's log lines tell, and the line that is left. */
  const logsOf = (text: string) => {
    const logs = { stdout: '', stderr: '' };
    let answer: unknown;
    for (const line of text.split('\n').filter(Boolean)) {
      const message = JSON.parse(line) as { type: string; stream: 'stdout' | 'stderr'; text: string };
      if (message.type === 'log') logs[message.stream] += message.text;
      else answer = message;
    }
    return { ...logs, answer };
  };

  it('is told ahead of its answer, what its child processes print too, and is printed nowhere else', async () => {
    const child = await started(0);
    const printed: string[] = [];
    child.stdout!.on('data', (part: Buffer) => printed.push(part.toString()));
    const { stdout, stderr, answer } = logsOf(await post('print'));
    expect(stdout).toBe('out 1\nlate\nchild\ninherits\nfd\n');
    expect(stderr).toBe('to stderr\nsaid\nbad\nworse\nworst\n');
    expect(answer).toEqual({ type: 'result', result: 'printed' });
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(printed).toEqual([]);
  });

  it('is told where the process ends, too', async () => {
    const exiting = await started(0);
    expect(logsOf(await post('exit'))).toMatchObject({ stdout: 'last words\n' });
    await ended(exiting);
    const throwing = await started(0);
    expect(logsOf(await post('throw')).stderr).toContain('Error: out of the blue');
    await ended(throwing);
  });
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
