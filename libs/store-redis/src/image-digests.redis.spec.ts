import { ImageDigests } from './image-digests.js';
import { RedisImageBoard } from './image-board.js';
import type { Keys } from './keys.js';
import { until } from './pool.fixture.js';
import { newKeys, testRedis } from './redis.fixture.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');
let keys: Keys;
beforeEach(() => {
  keys = newKeys();
});

const board = (host: string) => new RedisImageBoard(redis, subscriber, keys, host);
const told = (of: Record<string, string | undefined>) => new Map(Object.entries(of));
const read = (images: string[], hosts: string[]) => new ImageDigests(redis, keys).read(images, hosts);

it('asks hosts for an image that nobody asked for before, and waits for what they tell', async () => {
  const host = board('a');
  const answering = host.onWanted(() => {
    void host
      .wanted()
      .then((images) => host.tell(new Map(images.map((image) => [image, `sha256:${image}`]))));
  });
  await until(async () => ((await redis.pubsub('NUMSUB', keys.imagesWanted())) as [string, number])[1] === 1);
  expect(await read(['x', 'y'], ['a'])).toEqual(told({ x: 'sha256:x', y: 'sha256:y' }));
  answering();
  await host.tell(told({ x: 'sha256:2' }));
  expect(await read(['x'], ['a'])).toEqual(told({ x: 'sha256:2' }));
});

it('says what the hosts that have an image agree on, and nothing else', async () => {
  await redis.zadd(keys.images(), Date.now(), 'x', Date.now(), 'y', Date.now(), 'z');
  await board('a').tell(told({ x: '1', y: '1', z: undefined }));
  await board('b').tell(told({ x: '1', y: '2', z: undefined }));
  await board('c').tell(told({ x: undefined, y: undefined, z: undefined }));
  expect(await read(['x', 'y', 'z'], ['a', 'b', 'c'])).toEqual(told({ x: '1' }));
  expect(await read(['y'], ['a', 'c'])).toEqual(told({ y: '1' }));
  expect(await read(['x'], ['a', 'silent'])).toEqual(told({}));
  expect(await read(['x'], [])).toEqual(told({}));
});

it('does not wait for hosts that do not answer longer than it may', async () => {
  const began = performance.now();
  expect(await read(['x'], ['a'])).toEqual(told({}));
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(await board('a').wanted()).toEqual(['x']);
});

it('forgets images that nobody asks for any more', async () => {
  await redis.zadd(keys.images(), Date.now() - 8 * 86_400_000, 'old', Date.now(), 'new');
  expect(await board('a').wanted()).toEqual(['new']);
  await board('a').tell(told({ new: '1' }));
  await board('a').tell(told({}));
  expect(await redis.exists(keys.hostImages('a'))).toBe(0);
});
