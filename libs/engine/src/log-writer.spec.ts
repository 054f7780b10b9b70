import { jest } from '@jest/globals';
import type { KeptChunk, LogAttempt, LogChunk, LogObserver } from './log-port.js';
import { LogBook } from './log-writer.js';

const ATTEMPT: LogAttempt = { runId: 'run', step: 's', index: 0, attempt: 1 };
const COST = 100;

let appends: { chunks: readonly LogChunk[]; obsolete: readonly KeptChunk[] }[];
let answer: () => Promise<boolean>;
let observed: { kept: number; dropped: Record<string, number> };
let ids: number;
beforeEach(() => {
  jest.useFakeTimers();
  appends = [];
  answer = () => Promise.resolve(true);
  observed = { kept: 0, dropped: {} };
  ids = 0;
});
afterEach(() => jest.useRealTimers());

function book(attemptBytes = 10_000): LogBook {
  const observer: LogObserver = {
    kept: (bytes) => void (observed.kept += bytes),
    dropped: (reason, bytes) => void (observed.dropped[reason] = (observed.dropped[reason] ?? 0) + bytes),
  };
  const append = async (_: LogAttempt, chunks: readonly LogChunk[], obsolete: readonly KeptChunk[]) => {
    appends.push({ chunks, obsolete });
    if (!(await answer())) return undefined;
    return chunks.map(({ text }) => ({ id: String(++ids), bytes: text.length + COST }));
  };
  return new LogBook({ store: { append }, attemptBytes, observer });
}

const out = (text: string, leftOut = 0) => ({ stream: 'stdout' as const, text, leftOut });
const err = (text: string) => ({ stream: 'stderr' as const, text, leftOut: 0 });
const texts = () => appends.map(({ chunks }) => chunks.map(({ text }) => text));

it('writes what is printed often a batch at a time, and nothing for a task that prints nothing', async () => {
  const writer = book().open(ATTEMPT)!;
  for (let i = 0; i < 100; i++) writer.note(out('x'));
  writer.note(err('é'));
  writer.note(out('y'));
  expect(appends).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(appends.map(({ chunks }) => chunks)).toEqual([
    [
      expect.objectContaining({ stream: 'stdout', offset: 0, text: 'x'.repeat(100) }),
      expect.objectContaining({ stream: 'stderr', offset: 0, text: 'é' }),
      expect.objectContaining({ stream: 'stdout', offset: 100, text: 'y' }),
    ],
  ]);
  expect(observed).toEqual({ kept: 103, dropped: {} });
  writer.end();
  book().open(ATTEMPT)!.end();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(appends).toHaveLength(1);
});

it('writes what is left at the end at once, and says when it is written', async () => {
  const logs = book();
  const writer = logs.open(ATTEMPT)!;
  let done: (taken: boolean) => void = () => undefined;
  answer = () => new Promise((resolve) => (done = resolve));
  writer.note(out('last'));
  writer.end();
  expect(texts()).toEqual([['last']]);
  let settled = false;
  const settling = logs.settled(60_000).then(() => (settled = true));
  await jest.advanceTimersByTimeAsync(1_000);
  expect(settled).toBe(false);
  done(true);
  await settling;
});

it('gives up waiting for a store that does not answer', async () => {
  const logs = book();
  const writer = logs.open(ATTEMPT)!;
  answer = () => new Promise(() => undefined);
  writer.note(out('x'));
  writer.end();
  const settling = logs.settled(500);
  await jest.advanceTimersByTimeAsync(500);
  await settling;
});

it('keeps the newest while the store is slow, and the offsets show what is missing', async () => {
  const writer = book(1_000).open(ATTEMPT)!;
  let done: (taken: boolean) => void = () => undefined;
  answer = () => new Promise((resolve) => (done = resolve));
  writer.note(out('first'));
  await jest.advanceTimersByTimeAsync(300);
  for (let i = 0; i < 10; i++) {
    writer.note(out(`${i}`.repeat(300)));
    writer.note(err('-'));
  }
  answer = () => Promise.resolve(true);
  done(true);
  await jest.advanceTimersByTimeAsync(1_000);
  const [, second] = appends;
  const bytes = second!.chunks.reduce((sum, { text }) => sum + text.length + COST, 0);
  expect(bytes).toBeLessThanOrEqual(1_000);
  const last = second!.chunks.filter(({ stream }) => stream === 'stdout').at(-1)!;
  expect([last.text, last.offset]).toEqual(['9'.repeat(300), 5 + 9 * 300]);
  expect(observed.dropped.slow! + observed.kept).toBe(5 + 10 * 301);
});

it('forgets its oldest chunks where it has printed more than is kept', async () => {
  const writer = book(1_000).open(ATTEMPT)!;
  for (let i = 0; i < 5; i++) {
    writer.note(out('x'.repeat(300)));
    await jest.advanceTimersByTimeAsync(300);
  }
  expect(appends.map(({ obsolete }) => obsolete.map(({ id }) => id))).toEqual([[], [], ['1'], ['2'], ['3']]);
});

it('counts what could not be written, and goes on', async () => {
  const writer = book().open(ATTEMPT)!;
  answer = () => Promise.reject(new Error('OOM'));
  writer.note(out('lost'));
  await jest.advanceTimersByTimeAsync(300);
  answer = () => Promise.resolve(true);
  writer.note(out('kept'));
  await jest.advanceTimersByTimeAsync(300);
  expect(appends[1]!.chunks).toMatchObject([{ offset: 4, text: 'kept' }]);
  expect(observed).toEqual({ kept: 4, dropped: { failed: 4 } });
});

it('writes nothing any more once its task has begun another attempt', async () => {
  const writer = book().open(ATTEMPT)!;
  answer = () => Promise.resolve(false);
  writer.note(out('late'));
  await jest.advanceTimersByTimeAsync(300);
  writer.note(out('later'));
  writer.end();
  await jest.advanceTimersByTimeAsync(300);
  expect(appends).toHaveLength(1);
  expect(observed.dropped).toEqual({ late: 9 });
});

it('tells what the agent left out', async () => {
  const writer = book().open(ATTEMPT)!;
  writer.note(out('a'));
  writer.note(out('b', 50));
  writer.end();
  expect(appends[0]!.chunks.map(({ text, offset }) => [text, offset])).toEqual([
    ['a', 0],
    ['b', 51],
  ]);
  expect(observed.dropped).toEqual({ agent: 50 });
});

it('is none where nothing is to be kept', () => {
  expect(book(0).open(ATTEMPT)).toBeUndefined();
});
