import { IllegalTransitionError } from './errors.js';
import {
  AGENT_TRANSITIONS,
  isTerminal,
  RUN_TRANSITIONS,
  sourcesOf,
  STEP_TRANSITIONS,
  TASK_TRANSITIONS,
  transition,
  type TransitionTable,
} from './transitions.js';

/** What each table must say, written a second time: `from > to`. */
const allowed = {
  run: [
    'compensating > compensated',
    'compensating > compensation_failed',
    'paused > compensating',
    'running > compensating',
    'paused > cancelled',
    'paused > running',
    'paused > timed_out',
    'running > cancelled',
    'running > completed',
    'running > failed',
    'running > paused',
    'running > timed_out',
  ],
  step: [
    'pending > cancelled',
    'pending > failed',
    'pending > ready',
    'pending > skipped',
    'pending > timed_out',
    'ready > cancelled',
    'pending > waiting',
    'waiting > cancelled',
    'ready > completed',
    'ready > failed',
    'ready > running',
    'ready > timed_out',
    'running > cancelled',
    'running > completed',
    'running > failed',
    'running > timed_out',
    'waiting > completed',
    'waiting > failed',
    'waiting > skipped',
    'waiting > timed_out',
  ],
  task: [
    'pending > cancelled',
    'pending > running',
    'pending > timed_out',
    'retrying > cancelled',
    'retrying > running',
    'retrying > timed_out',
    'running > cancelled',
    'running > completed',
    'running > failed',
    'running > retrying',
    'running > timed_out',
  ],
  agent: [
    'cleaning > dead',
    'cleaning > idle',
    'cleaning > leased',
    'cleaning > retiring',
    'creating > dead',
    'creating > idle',
    'creating > leased',
    'creating > retiring',
    'draining > dead',
    'draining > retiring',
    'idle > dead',
    'idle > leased',
    'idle > retiring',
    'leased > cleaning',
    'leased > dead',
    'leased > draining',
    'leased > idle',
    'leased > leased',
    'leased > retiring',
    'retiring > dead',
  ],
};
const tables: Record<keyof typeof allowed, TransitionTable<string>> = {
  run: RUN_TRANSITIONS,
  step: STEP_TRANSITIONS,
  task: TASK_TRANSITIONS,
  agent: AGENT_TRANSITIONS,
};
const terminal = {
  run: ['cancelled', 'compensated', 'compensation_failed', 'completed', 'failed', 'timed_out'],
  step: ['cancelled', 'completed', 'failed', 'skipped', 'timed_out'],
  task: ['cancelled', 'completed', 'failed', 'timed_out'],
  agent: ['dead'],
};

describe.each(Object.keys(allowed) as (keyof typeof allowed)[])('%s', (entity) => {
  const table = tables[entity];
  const states = Object.keys(table);
  const pairs = states.flatMap((from) => states.map((to) => ({ from, to, pair: `${from} > ${to}` })));

  it.each(pairs)('$pair', ({ from, to, pair }) => {
    if (allowed[entity].includes(pair)) {
      expect(transition(table, entity, 'x', from, to)).toBe(to);
      expect(sourcesOf(table, to)).toContain(from);
      return;
    }
    expect(() => transition(table, entity, 'x', from, to)).toThrow(IllegalTransitionError);
    expect(sourcesOf(table, to)).not.toContain(from);
  });

  it('names only its own states', () => {
    for (const successors of Object.values(table)) {
      for (const to of successors) expect(states).toContain(to);
    }
  });

  it('ends where it should', () => {
    expect(states.filter((state) => isTerminal(table, state)).sort()).toEqual(terminal[entity]);
  });

  it('can reach an end from everywhere', () => {
    for (const state of states) {
      const reached = new Set([state]);
      for (const from of reached) for (const to of table[from]!) reached.add(to);
      expect([...reached].some((s) => isTerminal(table, s))).toBe(true);
    }
  });
});

it('tells what was asked for when it is not allowed', () => {
  try {
    transition(RUN_TRANSITIONS, 'run', 'run_1', 'failed', 'running');
    throw new Error('was allowed');
  } catch (error) {
    expect(error).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      entity: 'run',
      id: 'run_1',
      from: 'failed',
      to: 'running',
      message: 'run run_1 cannot go from failed to running',
    });
  }
});
