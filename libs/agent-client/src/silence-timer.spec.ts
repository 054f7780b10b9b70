import { jest } from '@jest/globals';
import { stat } from 'node:fs';
import { SilenceTimer } from './silence-timer.js';

const SILENCE_MS = 20;

it('calls back once nothing was heard for so long', async () => {
  await new Promise<void>((resolve) => new SilenceTimer(SILENCE_MS, resolve));
});

it('hears what came while this process stood still', async () => {
  const onSilence = jest.fn();
  const timer = new SilenceTimer(SILENCE_MS, onSilence);
  const heard = new Promise<void>((resolve) =>
    stat('/', () => {
      timer.heard();
      resolve();
    }),
  );
  for (const end = performance.now() + 5 * SILENCE_MS; performance.now() < end;);
  await heard;
  timer.stop();
  await new Promise(setImmediate);
  expect(onSilence).not.toHaveBeenCalled();
});
