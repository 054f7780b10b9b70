import { connectRedis } from './connection.js';

it('reaches the private Redis of the tests', async () => {
  const redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  expect(await redis.ping()).toBe('PONG');
  await redis.quit();
});
