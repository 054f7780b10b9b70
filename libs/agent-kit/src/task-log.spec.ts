import { jest } from '@jest/globals';
import { MAX_LOG_LINE_BYTES } from '@agentainer/contracts/agent-paths';
import type { LinesAhead } from './lines-ahead.js';
import { TaskLog } from './task-log.js';

let sent: string[];
let untaken: number;
let log: TaskLog;
beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  untaken = 0;
  log = new TaskLog({
    send: (line: string) => sent.push(line) > 0,
    get untaken() {
      return untaken;
    },
  } as unknown as LinesAhead);
});
afterEach(() => jest.useRealTimers());

const told = () =>
  sent.map((line) => JSON.parse(line) as { stream: string; text: string; left_out?: number });

it('is sent in batches: a task that prints much costs little', async () => {
  await log.during(async () => {
    for (let i = 0; i < 1_000; i++) log.line(`line ${i}`);
    await jest.advanceTimersByTimeAsync(200);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.length).toBeLessThan(10);
    const all = told()
      .map(({ text }) => text)
      .join('');
    expect(all.split('\n')).toHaveLength(1_001);
  });
});

it('keeps the order of the two streams', async () => {
  await log.during(async () => {
    log.line('a');
    log.line('b', 'stderr');
    log.line('c');
  });
  expect(told().map(({ stream, text }) => [stream, text])).toEqual([
    ['stdout', 'a\n'],
    ['stderr', 'b\n'],
    ['stdout', 'c\n'],
  ]);
});

it('is cut into lines that are not too long, and never within a character', async () => {
  const text = '\u0000'.repeat(9_000) + '😀'.repeat(9_001);
  await log.during(async () => {
    log.print('stdout', 'x');
    log.print('stdout', text);
    for (const byte of Buffer.from('ü😀')) log.print('stderr', Buffer.from([byte]));
  });
  for (const line of sent) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_LOG_LINE_BYTES);
  const of = (stream: string) =>
    told()
      .filter((line) => line.stream === stream)
      .map((line) => line.text);
  expect(of('stdout').join('')).toBe(`x${text}`);
  expect(of('stderr').join('')).toBe('ü😀');
  for (const piece of of('stdout')) expect(Buffer.from(piece).toString()).toBe(piece);
});

it('says what it left out where nobody takes what it sends', async () => {
  await log.during(async () => {
    log.line('first');
    untaken = 2 * 1_024 * 1_024;
    for (let i = 0; i < 10; i++) log.print('stderr', 'x'.repeat(9_000));
    untaken = 0;
    log.line('then', 'stderr');
    await jest.advanceTimersByTimeAsync(200);
    untaken = 2 * 1_024 * 1_024;
    log.line('last');
  });
  expect(told()).toEqual([
    { type: 'log', stream: 'stdout', text: 'first\n' },
    { type: 'log', stream: 'stderr', text: 'then\n', left_out: 90_000 },
    { type: 'log', stream: 'stdout', text: '', left_out: 5 },
  ]);
});

it('is that of the task that prints, where several run in one process', async () => {
  const second = new TaskLog({ send: () => true, untaken: 0 } as unknown as LinesAhead);
  const seen: (TaskLog | undefined)[] = [];
  const look = async () => {
    await Promise.resolve();
    seen.push(TaskLog.current());
  };
  await Promise.all([log.during(look), second.during(look)]);
  expect(seen).toEqual([log, second]);
  expect(TaskLog.current()).toBeUndefined();
});

it('takes nothing any more once its task has ended', async () => {
  let late: () => void = () => undefined;
  await log.during(async () => {
    late = () => log.line('late');
    setTimeout(() => expect(TaskLog.current()).toBeUndefined(), 10);
  });
  late();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(sent).toEqual([]);
});
