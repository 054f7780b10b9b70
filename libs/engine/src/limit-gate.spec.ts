import { validateDefinition } from '@agentainer/core';
import { LimitGate } from './limit-gate.js';
import type { LimitSlots, LimitStore, SlotAnswer } from './limit-port.js';

const steps = [{ name: 'a', image: 'x' }];
const plain = validateDefinition({ name: 'w', steps });
const limited = validateDefinition({
  name: 'w',
  config: { priority: 1, limits: [{ max_parallel: 2 }] },
  steps,
});

/** A gate over a store that answers as the test says. */
function gate(maxParallel = 0) {
  const asked: LimitSlots[] = [];
  const woken: string[] = [];
  const store = {
    ttlMs: 20_000,
    answer: { kind: 'taken' } as SlotAnswer,
    called: (): Promise<string[]> => Promise.resolve([]),
    take(slots: LimitSlots) {
      asked.push(slots);
      return Promise.resolve(store.answer);
    },
    release: () => store.called(),
  };
  const waker = {
    wake: (ticket: string) => (woken.push(ticket), Promise.reject(new Error('it is not delayed'))),
  };
  const runs = { workflowId: () => Promise.resolve('wf'), limitKeys: () => Promise.resolve([]) };
  return {
    gate: new LimitGate(runs, store as unknown as LimitStore, waker, { maxParallel }),
    store,
    asked,
    woken,
  };
}

it('asks nobody where nothing is limited', async () => {
  const { gate: open, asked } = gate();
  const answer = await open.enter('run', plain, 't');
  expect(answer).toMatchObject({ kind: 'open', pass: { limited: false } });
  expect(asked).toEqual([]);
});

it('asks for all limits that apply, as somebody else each time', async () => {
  const { gate: narrow, asked } = gate(9);
  for (let i = 0; i < 2; i++) {
    const answer = await narrow.enter('run', limited, 't');
    if (answer.kind !== 'open') throw new Error(answer.kind);
    await answer.pass.giveBack();
  }
  const limits = [
    { id: 'workflow:wf', maxParallel: 2 },
    { id: 'global', maxParallel: 9 },
  ];
  expect(asked).toMatchObject([
    { ticket: 't', behindMs: -40_000, limits },
    { ticket: 't', limits },
  ]);
  expect(asked[0]!.holder).not.toBe(asked[1]!.holder);
});

it('wakes those whose turn it is, and stands what goes wrong with it', async () => {
  const { gate: narrow, store, woken } = gate(1);
  store.answer = { kind: 'wait', inMs: 70, called: ['first'] };
  const waiting = await narrow.enter('run', plain, 't');
  if (waiting.kind !== 'wait') throw new Error(waiting.kind);
  expect([waiting.inMs, woken]).toEqual([70, ['first']]);
  store.called = () => Promise.resolve(['next', 'other']);
  await waiting.leave();
  expect(woken).toEqual(['first', 'next', 'other']);
  store.called = () => Promise.reject(new Error('Redis is away'));
  await waiting.leave();
});
