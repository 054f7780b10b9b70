import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

/** What the child runs: a service that keeps the process alive until it is stopped. */
const PROGRAM = `
import { runUntilSignal } from './shutdown.mjs';
const [mode, deadlineMs] = process.argv.slice(2);
const say = (...words) => console.log(words.map((w) => (typeof w === 'string' ? w : w.err.message)).join(' '));
const logger = { info: say, error: say, fatal: say };
let alive;
const service = {
  name: 'service',
  async start() {
    alive = setInterval(() => undefined, 1000);
    if (mode === 'start fails') throw new Error('no start');
    if (mode === 'start hangs') { say('starting'); await new Promise(() => undefined); }
  },
  async stop() {
    say('stopping');
    if (mode === 'stop hangs') await new Promise(() => undefined);
    if (mode !== 'leaks') clearInterval(alive);
    if (mode === 'stop fails') throw new Error('no stop');
  },
};
await runUntilSignal(service, logger, Number(deadlineMs));
say('done');
`;

let directory: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-shutdown-'));
  const source = await readFile(new URL('shutdown.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  await writeFile(join(directory, 'shutdown.mjs'), outputText);
  await writeFile(join(directory, 'program.mjs'), PROGRAM);
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Runs the program, sends a signal at each line that names one, and gives its lines and its end. */
function run(mode: string, signals: Record<string, NodeJS.Signals> = {}, deadlineMs = 5_000) {
  const running = spawn(process.execPath, [join(directory, 'program.mjs'), mode, String(deadlineMs)]);
  child = running;
  const lines: string[] = [];
  let rest = '';
  running.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop()!;
    for (const line of parts) {
      lines.push(line);
      if (signals[line]) running.kill(signals[line]);
    }
  });
  return new Promise<{ lines: string[]; code: number | null }>((resolve) => {
    running.once('close', (code) => resolve({ lines, code }));
  });
}

it.each(['SIGINT', 'SIGTERM'] as const)('stops on %s and ends well', async (signal) => {
  expect(await run('well', { 'service started': signal })).toEqual({
    lines: ['service started', `service stops on ${signal}`, 'stopping', 'done'],
    code: 0,
  });
});

it('ends badly when the service does not start, after it has been stopped', async () => {
  expect(await run('start fails')).toEqual({
    lines: ['no start service failed: no start', 'stopping', 'done'],
    code: 1,
  });
});

it('stops on a signal that comes during the start', async () => {
  expect(await run('start hangs', { starting: 'SIGTERM' })).toEqual({
    lines: ['starting', 'service stops on SIGTERM', 'stopping', 'done'],
    code: 0,
  });
});

it('ends badly when the service does not stop cleanly', async () => {
  const { lines, code } = await run('stop fails', { 'service started': 'SIGTERM' });
  expect([lines.at(-2), lines.at(-1), code]).toEqual(['no stop service did not stop cleanly', 'done', 1]);
});

it.each(['stop hangs', 'leaks'])('ends at the deadline when the service %s', async (mode) => {
  const { lines, code } = await run(mode, { 'service started': 'SIGTERM' }, 200);
  expect([lines.at(-1), code]).toEqual(['service did not stop in time', 1]);
});

it.each(['SIGINT', 'SIGTERM'] as const)('ends at once on a second signal: %s', async (second) => {
  const { lines, code } = await run('stop hangs', { 'service started': 'SIGINT', stopping: second }, 60_000);
  expect([lines.at(-1), code]).toEqual(['stopping', 1]);
});
