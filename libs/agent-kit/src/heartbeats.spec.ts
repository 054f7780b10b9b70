import { jest } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { Heartbeats } from './heartbeats.js';
import { LinesAhead } from './lines-ahead.js';

/** An answer that takes down what is written of it. */
function answer() {
  const written: string[] = [];
  const response = {
    headersSent: false,
    destroyed: false,
    writableEnded: false,
    writeHead: () => (response.headersSent = true),
    write: (line: string) => written.push(line),
  };
  return { written, response, as: new LinesAhead(response as unknown as ServerResponse) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('go out by themselves while the task runs', () => {
  const { as, response, written } = answer();
  const heartbeats = new Heartbeats(as, 100);
  jest.advanceTimersByTime(350);
  expect(written).toEqual(Array(3).fill('{"type":"heartbeat"}\n'));
  expect(response.headersSent).toBe(true);
  heartbeats.stop();
  jest.advanceTimersByTime(1_000);
  expect(written).toHaveLength(3);
});

it('of a handler go out as often as is of use, however often it gives them', () => {
  const { as, written } = answer();
  const { beat } = new Heartbeats(as, 100);
  for (let i = 0; i < 10_000; i++) beat();
  expect(written).toHaveLength(0);
  jest.advanceTimersByTime(60);
  for (let i = 0; i < 10_000; i++) beat();
  expect(written).toHaveLength(1);
});

it('are not sent where nobody wants them, nor to nobody', () => {
  const unwanted = answer();
  const { beat } = new Heartbeats(unwanted.as, undefined);
  const gone = answer();
  new Heartbeats(gone.as, 100);
  gone.response.destroyed = true;
  jest.advanceTimersByTime(10_000);
  beat();
  expect([...unwanted.written, ...gone.written]).toEqual([]);
});
