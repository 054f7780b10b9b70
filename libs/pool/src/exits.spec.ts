import { Exits } from './exits.js';

let exits: Exits;
beforeEach(() => (exits = new Exits()));

it('knows who has ended, until it is cleared away', async () => {
  exits.note('a');
  expect(await exits.seen('a', 60_000)).toBe(true);
  expect(await exits.seen('b', 1)).toBe(false);
  exits.forget('a');
  expect(await exits.seen('a', 1)).toBe(false);
});

it('waits a while for the engine to say so', async () => {
  const seen = exits.seen('a', 60_000);
  exits.note('b');
  exits.note('a');
  expect(await seen).toBe(true);
  expect(await exits.seen('c', 1)).toBe(false);
  exits.note('c');
  expect(await exits.seen('c', 1)).toBe(true);
});
