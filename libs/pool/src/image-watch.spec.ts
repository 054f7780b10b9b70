import { silentLogger } from '@agentainer/runtime';
import { ImageWatch } from './image-watch.js';

function watch(held = true) {
  const wanted = ['a', 'b'];
  const images = new Map([['a', 'sha256:1']]);
  const told: Record<string, string | undefined>[] = [];
  let wake = () => undefined as void;
  let changed = () => undefined as void;
  const watching = new ImageWatch({
    board: {
      wanted: () => Promise.resolve(wanted),
      tell: (digests) => Promise.resolve(void told.push(Object.fromEntries(digests))),
      onWanted: (listener) => {
        wake = listener;
        return () => undefined;
      },
    },
    driver: {
      digestOf: (image) =>
        image === 'broken' ? Promise.reject(new Error('no engine')) : Promise.resolve(images.get(image)),
      onImageChange: (listener) => {
        changed = listener;
        return () => undefined;
      },
    },
    leadership: { held, onChange: () => () => undefined },
    logger: silentLogger,
    intervalMs: 60_000,
  });
  return { watch: watching, wanted, images, told, wake: () => wake(), changed: () => changed() };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise(setImmediate);
  }
}

it('tells what images are, at once where one changes or is asked for', async () => {
  const at = watch();
  await at.watch.start();
  await until(() => at.told.length === 1);
  expect(at.told).toEqual([{ a: 'sha256:1', b: undefined }]);
  expect([at.watch.digestOf('a'), at.watch.digestOf('b')]).toEqual(['sha256:1', undefined]);
  at.images.set('a', 'sha256:2');
  at.changed();
  await until(() => at.told.length === 2);
  at.wanted.push('c');
  at.images.set('c', 'sha256:3');
  at.wake();
  await until(() => at.told.length === 3);
  expect(at.told.at(-1)).toEqual({ a: 'sha256:2', b: undefined, c: 'sha256:3' });
  await at.watch.stop();
});

it('goes on with what it knows where the engine does not answer', async () => {
  const at = watch();
  await at.watch.start();
  await until(() => at.told.length === 1);
  at.wanted.push('broken');
  at.wake();
  at.wanted.splice(2);
  at.images.set('a', 'sha256:2');
  at.wake();
  await until(() => at.told.length === 2);
  expect(at.watch.digestOf('a')).toBe('sha256:2');
  await at.watch.stop();
});

it('leaves it to the keeper that has the lead', async () => {
  const at = watch(false);
  await at.watch.start();
  await at.watch.stop();
  expect(at.told).toEqual([]);
});
