import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import type { StepQueue } from './ports.js';
import { RegisteringQueue } from './registering-queue.js';

it('makes pools known before lanes are queued', async () => {
  const done: string[] = [];
  const note = (what: string) => () => Promise.resolve(void done.push(what));
  const inner = { addRun: note('run'), addSteps: note('steps') } as unknown as StepQueue;
  const queue = new RegisteringQueue(inner, {
    register: ({ id }) => Promise.resolve(void done.push(`pool ${id}`)),
  });
  const pool = (id: string) => ({ id, image: id, config: DEFAULT_POOL_CONFIG });
  const lanes = (of: ReturnType<typeof pool> | null) => ({
    ...{ step: 's', pool: of, lanes: 1, generation: 0, priority: 5 },
  });
  await queue.addRun('run', [lanes(pool('a')), lanes(null)]);
  await queue.addSteps('run', [lanes(pool('b'))]);
  expect(done).toEqual(['pool a', 'run', 'pool b', 'steps']);
});
