import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentUnderTest, answerTo, printedOn } from './agent-under-test.js';

const KIT = fileURLToPath(new URL('../../agent-kit-python', import.meta.url));
const ROOT = join(KIT, '../..');
const ENVIRONMENT = { PYTHONPATH: KIT, PYTHONDONTWRITEBYTECODE: '1' };
/** Handlers by the name that a task gives. */
const AGENT = `
import asyncio, logging, multiprocessing, os, subprocess, sys, threading, time
logging.basicConfig(level=logging.INFO, format='%(message)s')
from agentainer_agent import serve, TaskFailure

async def awaits(ctx):
    await asyncio.sleep(0.01)
    child = await asyncio.create_subprocess_exec('echo', 'of asyncio')
    return await child.wait()

async def waits(ctx):
    await asyncio.sleep(60)

def logs(ctx):
    logging.info('logged')
    sys.stdout.buffer.write('grüße\\n'.encode())
    thread = threading.Thread(target=print, args=('of a thread',))
    thread.start()
    thread.join()

def forks(ctx):
    def child():
        print('to nobody')
        time.sleep(60)
    process = multiprocessing.get_context('fork').Process(target=child)
    process.start()
    time.sleep(0.1)
    process.terminate()
    process.join(10)
    return process.exitcode

def of_exit(ctx):
    ended = subprocess.run(['sh', '-c', 'echo why >&2; kill -9 $$'], stderr=subprocess.PIPE)
    raise TaskFailure.of_exit(ended.returncode, ended.stderr)

odd = {
    'nan': lambda ctx: float('nan'),
    'exit': lambda ctx: sys.exit(3),
    'key': lambda ctx: {}['name'],
    'fail soon': lambda ctx: (_ for _ in ()).throw(TaskFailure('LATER', 'x', retry_after=float('inf'))),
}
def handle(name, ctx):
    return (odd.get(name) or globals()[name])(ctx)

async def reduce(outcomes, ctx):
    if ctx.task.step == 'slow':
        await outcomes.__anext__()
        ctx.progress('one')
        await asyncio.sleep(60)
    return [outcome['index'] async for outcome in outcomes]

serve(map=handle, reduce_stream=reduce, idle_exit=float(os.environ.get('IDLE_EXIT', 0)))
`;

let home: string;
let agent: AgentUnderTest;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'af-python-'));
  writeFileSync(join(home, 'agent.py'), AGENT);
  agent = new AgentUnderTest({ command: ['python3', join(home, 'agent.py')], environment: ENVIRONMENT });
  await agent.start();
}, 60_000);
afterAll(async () => {
  await agent.dispose();
  rmSync(home, { recursive: true });
});

/** Runs a program that sees the kit; what it prints. */
function python(...args: string[]): string {
  return execFileSync('python3', args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...ENVIRONMENT } });
}

it('compiles, and what goes with it', () => {
  for (const folder of [KIT, join(ROOT, 'examples')]) {
    const code = `import ast, pathlib, sys
for path in pathlib.Path(sys.argv[1]).rglob('*.py'):
    ast.parse(path.read_text(), str(path), feature_version=(3, 9))
    print(path)`;
    expect(python('-c', code, folder).split('\n').length).toBeGreaterThan(1);
  }
  const declared = readFileSync(join(KIT, 'pyproject.toml'), 'utf8');
  expect(declared).toContain('requires-python = ">=3.9"');
  expect(declared).toContain('dependencies = []');
  expect(existsSync(join(KIT, 'agentainer_agent/py.typed'))).toBe(true);
});

it('has a README whose programs are agents', async () => {
  const readme = readFileSync(join(KIT, 'README.md'), 'utf8');
  const programs = [...readme.matchAll(/```python\n([^]*?)```/g)].map(([, program]) => program!);
  expect(programs).toHaveLength(2);
  const [counting, adding] = await Promise.all(
    programs.map(async (program, i) => {
      const path = join(home, `readme-${i}.py`);
      writeFileSync(path, program);
      const started = new AgentUnderTest({ command: ['python3', path], environment: ENVIRONMENT });
      await started.start();
      return started;
    }),
  );
  expect((await counting!.run('')).last).toMatchObject({ code: 'NO_TEXT', retryable: false });
  expect((await adding!.run('')).last.type).toBe('dropped');
  const outcomes = [1, 2].map((result, index) => ({ index, status: 'completed', result }));
  expect((await adding!.run(outcomes, { task: { kind: 'reduce' } })).last.result).toBe(3);
  await Promise.all([counting!.dispose(), adding!.dispose()]);
});

it('agrees with the protocol on names and bounds', () => {
  const source = readFileSync(join(ROOT, 'libs/contracts/src/agent-paths.ts'), 'utf8');
  const known = new Map(
    [...source.matchAll(/export const (\w+) = ([^;]+);/g)].map(([, name, value]) => [name!, value!]),
  );
  const told = python(
    '-c',
    'import agentainer_agent.paths as p, json; print(json.dumps({k: v for k, v in vars(p).items() if k.isupper()}))',
  );
  const names = Object.entries(JSON.parse(told) as Record<string, string | number>);
  expect(names.length).toBeGreaterThan(8);
  for (const [name, value] of names) {
    const theirs = known.get(name) ?? known.get(`AGENT_${name}`);
    expect([name, theirs && (0, eval)(theirs)]).toEqual([name, value]);
  }
});

it('serves handlers that are async, and cancels them', async () => {
  const { lines, last } = await agent.run('awaits');
  expect([printedOn('stdout', lines), last.result]).toEqual(['of asyncio\n', 0]);
  const outgoing = await agent.begun('waits');
  expect((await agent.call('DELETE', '/tasks/run.step.0')).status).toBe(204);
  expect((await outgoing.answer).last.code).toBe('TASK_CANCELLED');
  const outcomes = [{ index: 0 }, { index: 1 }];
  expect((await agent.run(outcomes, { task: { kind: 'reduce' } })).last.result).toEqual([0, 1]);
});

it('holds no more of a stream than it is asked for, and goes on with it', async () => {
  const outgoing = agent.beginReduce({ task: { step: 'slow' } });
  const begun = once(outgoing, 'response');
  const answer = answerTo(outgoing);
  const outcome = JSON.stringify({ index: 0, result: 'x'.repeat(1_024 * 1_024) });
  outgoing.write('[' + Array(64).fill(outcome).join(','));
  await begun;
  const waiting = () => outgoing.socket!.writableLength;
  await agent.until(async () => {
    const before = waiting();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return waiting() === before;
  });
  expect(waiting()).toBeGreaterThan(32 * 1_024 * 1_024);
  expect((await agent.call('DELETE', '/tasks/run.step.0')).status).toBe(204);
  outgoing.end(']}');
  expect((await answer).last.code).toBe('TASK_CANCELLED');
});

it('captures loggers that were there before, bytes, and threads', async () => {
  const { lines } = await agent.run('logs');
  expect(printedOn('stderr', lines)).toBe('logged\n');
  expect(printedOn('stdout', lines)).toBe('grüße\nof a thread\n');
});

it('lets its copies be ended', async () => {
  const { lines, last } = await agent.run('forks');
  expect([last.result, printedOn('stdout', lines)]).toEqual([-15, '']);
});

it('tells what Python has and others have not', async () => {
  const nan = await agent.run('nan');
  expect(nan.last).toMatchObject({ retryable: false, message: expect.stringContaining('JSON') });
  expect((await agent.run('exit')).last).toMatchObject({ code: 'AGENT_FAILED', message: 'SystemExit: 3' });
  const { last } = await agent.run('key');
  expect(last).toMatchObject({
    message: "KeyError: 'name'",
    detail: expect.stringMatching(/agent\.py[^]*'name'\n$/),
  });
  expect(last.detail).not.toContain('handler_work');
  expect((await agent.run('fail soon')).last.retry_after_ms).toBe(365 * 86_400_000);
  expect((await agent.run('of_exit')).last).toMatchObject({ code: 'EXIT_137', detail: 'why\n' });
});

it('takes more than half of what was free for too much memory, until it is given back', () => {
  const code = `
from agentainer_agent.memory_growth import MemoryGrowth
with open('/proc/self/statm') as sizes:
    begin = int(sizes.read().split()[1]) * 4096
growth = MemoryGrowth(begin + 64 * 1024 * 1024)
print(growth.is_too_much())
held = bytearray(b'x') * (128 * 1024 * 1024)
growth.shrink()
print(growth.is_too_much())
cycle = [held]
cycle.append(cycle)
del held, cycle
growth.shrink()
print(growth.is_too_much())`;
  expect(python('-c', code)).toBe('False\nTrue\nFalse\n');
});

it('ends by itself when nobody asks it anything any more', async () => {
  const idle = new AgentUnderTest({ command: ['python3', join(home, 'agent.py')], environment: ENVIRONMENT });
  await idle.start({ IDLE_EXIT: '0.2' });
  expect(await idle.ended()).toBe(0);
  await idle.dispose();
});

it.each(['serve()', 'serve(print, map=print)', 'serve(reduce=print, reduce_stream=print)', 'serve(1)'])(
  'refuses %s',
  (call) => {
    const code = `from agentainer_agent import serve
try: ${call}
except TypeError as error: print('refused:', error)`;
    expect(python('-c', code)).toMatch(/^refused: /);
  },
);

it('forwards connections to the proxy of its host, each half for itself', async () => {
  mkdirSync(join(home, 'egress'));
  const proxy = createServer({ allowHalfOpen: true }, (socket) => {
    let asked = '';
    socket.on('data', (part: Buffer) => (asked += part.toString()));
    socket.on('end', () => socket.end(`you said ${asked}`));
  });
  proxy.listen(join(home, 'egress/proxy.sock'));
  await once(proxy, 'listening');
  const code = `
import asyncio, socket, sys
from agentainer_agent.egress_forwarder import forward_to_proxy
with socket.socket() as probe:
    probe.bind(('127.0.0.1', 0))
    port = probe.getsockname()[1]
async def main():
    await forward_to_proxy(sys.argv[1], port)
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(b'hello')
    writer.write_eof()
    print((await reader.read()).decode())
asyncio.run(main())`;
  const child = spawn('python3', ['-c', code, home], { env: { PATH: process.env.PATH, ...ENVIRONMENT } });
  let printed = '';
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
  await once(child, 'close');
  proxy.close();
  expect(printed).toBe('you said hello\n');
});
