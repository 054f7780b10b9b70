import { silentLogger } from '@agentainer/runtime';
import { connectRedis } from './connection.js';
import type { Keys } from './keys.js';
import { RedisLeadership } from './leadership.js';
import { until } from './pool.fixture.js';
import { newKeys, testRedis } from './redis.fixture.js';
import { takeLead } from './scripts/leadership-take.js';

const URL = process.env.AGENTAINER_TEST_REDIS!;
const redis = testRedis();
let keys: Keys;
let started: RedisLeadership[];
beforeEach(() => {
  keys = newKeys();
  started = [];
});
afterEach(() => Promise.all(started.map((leadership) => leadership.stop())));

async function candidate(connection = redis, ttlMs = 5_000): Promise<RedisLeadership> {
  const options = { redis: connection, keys, task: 'task', logger: silentLogger, ttlMs, renewMs: 5 };
  const leadership = new RedisLeadership(options);
  started.push(leadership);
  await leadership.start();
  return leadership;
}

it('has one leader among several, and another one when that one stops', async () => {
  const candidates = [await candidate(), await candidate(), await candidate()];
  const leaders = () => candidates.filter((c) => c.held);
  await until(() => leaders().length === 1);
  const [first] = leaders();
  await first!.stop();
  expect(first!.held).toBe(false);
  await until(() => leaders().length === 1);
  expect(leaders()[0]).not.toBe(first);
});

it('tells whenever the lead comes or goes', async () => {
  const changes: boolean[] = [];
  const leadership = await candidate();
  leadership.onChange((held) => changes.push(held));
  await until(() => leadership.held);
  await redis.set(keys.leader('task'), 'somebody else');
  await until(() => !leadership.held);
  await redis.del(keys.leader('task'));
  await until(() => leadership.held);
  await leadership.stop();
  expect(changes).toEqual([true, false, true, false]);
});

it('is over here before it is over in Redis, where Redis does not answer', async () => {
  const own = await connectRedis(URL, 'worker');
  const leadership = await candidate(own, 300);
  await until(() => leadership.held);
  const changes: boolean[] = [];
  leadership.onChange((held) => changes.push(held));
  own.sendCommand = () => new Promise(() => undefined);
  await until(async () => {
    const mayTake = await takeLead(redis, keys.leader('task'), 'next', 1_000);
    if (mayTake) expect(leadership.held).toBe(false);
    return mayTake;
  });
  await until(() => changes.length > 0);
  expect(changes).toEqual([false]);
  await leadership.stop();
  own.disconnect();
});

it('may be stopped twice, and without a start', async () => {
  const leadership = await candidate();
  await leadership.stop();
  await leadership.stop();
  const options = { redis, keys, task: 'other', logger: silentLogger };
  await new RedisLeadership(options).stop();
});
