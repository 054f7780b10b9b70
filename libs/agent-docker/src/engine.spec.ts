import { connectEngine, isAway } from './engine.js';

it('knows an engine that is not there from one that refuses a call', async () => {
  const nowhere = await connectEngine('/nowhere/docker.sock')
    .ping()
    .catch((error: unknown) => error);
  expect(isAway(nowhere)).toBe(true);
  expect(isAway(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))).toBe(true);
  expect(isAway(Object.assign(new Error('conflict'), { statusCode: 409 }))).toBe(false);
  expect(isAway(Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'mkdir' }))).toBe(false);
  expect(isAway(undefined)).toBe(false);
});
