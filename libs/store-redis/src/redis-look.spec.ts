import { addressOf, reasonOf } from './redis-look.js';

it('does not show what is secret in an address', () => {
  expect(addressOf('rediss://user:p@ss@redis.example:6380/2?x=secret')).toBe('rediss://redis.example:6380/2');
  expect(addressOf('unix:///run/redis@1.sock')).toBe('unix:///run/redis@1.sock');
});

it('gives a reason also where a name has several addresses', () => {
  const refusals = ['connect ECONNREFUSED ::1:6379', 'connect ECONNREFUSED 127.0.0.1:6379'];
  expect(reasonOf(new Error('NOAUTH'))).toBe('NOAUTH');
  expect(reasonOf(new AggregateError(refusals.map((text) => new Error(text))))).toBe(refusals.join(', '));
  expect(reasonOf(new AggregateError([]))).toBe('AggregateError');
});
