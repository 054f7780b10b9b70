import { newId } from './ids.js';

it('names what it is an id of', () => {
  expect(newId('run')).toMatch(/^run_[0-9a-z]{26}$/);
  expect(newId('agent')).toMatch(/^agent_[0-9a-z]{26}$/);
});

it('is never given twice', () => {
  const ids = Array.from({ length: 10_000 }, () => newId('run'));
  expect(new Set(ids).size).toBe(ids.length);
});

it('sorts by creation, however fast ids are made', () => {
  const ids = Array.from({ length: 1_000 }, () => newId('run'));
  expect([...ids].sort()).toEqual(ids);
});
