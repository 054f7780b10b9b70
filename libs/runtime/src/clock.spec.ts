import { systemClock } from './clock.js';

it('tells the time and sleeps', async () => {
  const before = systemClock.now();
  await systemClock.sleep(5);
  expect(systemClock.now()).toBeGreaterThanOrEqual(before + 4);
});

it('wakes up at once when it is aborted, before or during its sleep', async () => {
  const during = new AbortController();
  const asleep = systemClock.sleep(3_600_000, during.signal);
  during.abort();
  await expect(asleep).rejects.toMatchObject({ name: 'AbortError' });
  await expect(systemClock.sleep(3_600_000, AbortSignal.abort())).rejects.toMatchObject({
    name: 'AbortError',
  });
});
