import { jest } from '@jest/globals';
import type { LinesAhead } from './lines-ahead.js';
import { Progress } from './progress.js';

let sent: string[];
let progress: Progress;
beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  progress = new Progress({ send: (line: string) => sent.push(line) > 0 } as unknown as LinesAhead);
});
afterEach(() => {
  progress.stop();
  jest.useRealTimers();
});

it('is sent at once, and then the latest of what is reported often', () => {
  for (let i = 0; i < 1_000; i++) progress.report({ i });
  expect(sent).toEqual(['{"type":"progress","value":{"i":0}}\n']);
  jest.advanceTimersByTime(1_000);
  expect(sent).toEqual([expect.anything(), '{"type":"progress","value":{"i":999}}\n']);
});

it('is sent by a handler that never gives way, too', () => {
  for (let i = 0; i < 10; i++) {
    progress.report(i);
    jest.setSystemTime(Date.now());
    jest.advanceTimersByTime(100);
  }
  expect(sent.length).toBeGreaterThanOrEqual(4);
});

it('ends with its task', () => {
  progress.report(1);
  progress.report(2);
  progress.stop();
  jest.advanceTimersByTime(10_000);
  expect(sent).toHaveLength(1);
});

it('must be JSON that is not too long', () => {
  expect(() => progress.report(undefined)).toThrow(TypeError);
  expect(() => progress.report('x'.repeat(16 * 1_024))).toThrow(RangeError);
  expect(sent).toEqual([]);
});
