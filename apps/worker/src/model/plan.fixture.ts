import { type Definition, type DefinitionInput, validateDefinition } from '@agentainer/core';
import fc from 'fast-check';
import type { CallFault } from './turns.fixture.js';

/** How an attempt ends, as its agent would have it. */
export type Behaviour =
  | 'completed'
  | 'answers early'
  | 'drops'
  | 'fails'
  | 'fails for good'
  | 'timed_out'
  | 'lost'
  | 'fails, suspect';

/** `lose` and `double` the next message; `sweep` while attempts run, which count as lost then; `time over` for the run. */
export type Fault = CallFault | 'lose' | 'double' | 'sweep' | 'advance' | 'time over';

/** All that a run depends on. */
export interface Plan {
  seed: number;
  definition: Definition;
  /** By step: the attempts of its tasks take them in turn. A step without any completes. */
  behaviours: Record<string, Behaviour[]>;
  /** Each comes so many calls after the one before it. */
  faults: { after: number; fault: Fault }[];
}

const behaviour = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Behaviour>('completed', 'completed', 'answers early') },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Behaviour>(
      'fails',
      'fails for good',
      'timed_out',
      'lost',
      'fails, suspect',
      'drops',
    ),
  },
);

const fault = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<Fault>(
      'crash before',
      'crash after',
      'sent twice',
      'lose',
      'double',
      'advance',
    ),
  },
  { weight: 2, arbitrary: fc.constant<Fault>('sweep') },
  { weight: 1, arbitrary: fc.constant<Fault>('time over') },
);

const drawn = fc.record({
  kind: fc.constantFrom('sequential' as const, 'map' as const, 'reduce' as const),
  depends_on: fc.array(fc.nat(5), { maxLength: 2 }),
  items: fc.option(fc.nat(5)),
  attempts: fc.integer({ min: 1, max: 3 }),
  hours: fc.boolean(),
  parallel: fc.integer({ min: 1, max: 3 }),
  stream: fc.boolean(),
  fanIn: fc.option(fc.integer({ min: 2, max: 3 }), { nil: undefined }),
  policy: fc.constantFrom(
    {},
    { continue_on_partial: true },
    { failure_tolerance: 1 },
    { failure_tolerance: '50%' },
    { on_failure: 'fail_fast' as const },
    { on_failure: 'fail_fast' as const, failure_tolerance: 1 },
  ),
  join: fc.constantFrom('all' as const, 'any' as const, 'none_failed' as const),
  behaviours: fc.array(behaviour, { maxLength: 6 }),
  /** How the step that compensates this one behaves; null where there is none. */
  undo: fc.option(fc.array(behaviour, { maxLength: 3 })),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

export const plans: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    steps: fc.array(drawn, { minLength: 1, maxLength: 5 }),
    faults: fc.array(fc.record({ after: fc.nat(25), fault }), { maxLength: 10 }),
  })
  .map(({ seed, steps, faults }) => ({
    seed,
    faults,
    definition: definitionOf(steps),
    behaviours: Object.fromEntries(
      steps.flatMap((step, i) => [
        [`s${i}`, step.behaviours],
        [`undo-s${i}`, step.undo ?? []],
      ]),
    ),
  }));

/** Retries are due at once, or in an hour, which passes when there is nothing else to do: clocks play no part. */
function definitionOf(steps: Drawn[]): Definition {
  const written: DefinitionInput['steps'] = [];
  for (const [i, step] of steps.entries()) written.push(stepOf(i, step, written));
  for (const [i, { undo, attempts }] of steps.entries()) {
    const retry = { max_attempts: attempts };
    if (undo) written.push({ name: `undo-s${i}`, image: 'x', compensates: `s${i}`, retry });
  }
  const definition = validateDefinition({ name: 'w', steps: written });
  for (const [i, { retry }] of definition.steps.filter((step) => step.type !== 'wait').entries()) {
    retry.delay = steps[i]?.hours ? 3_600_000 : 0;
    retry.max_delay = retry.delay;
    retry.jitter = 0;
  }
  return definition;
}

function stepOf(i: number, step: Drawn, before: DefinitionInput['steps']): DefinitionInput['steps'][number] {
  const depends_on = [...new Set(i === 0 ? [] : step.depends_on.map((n) => `s${n % i}`))];
  const common = {
    name: `s${i}`,
    image: 'x',
    join: step.join,
    retry: { max_attempts: step.attempts },
    pool_config: { max_size: step.parallel },
  };
  const map = before.findLast((s) => s.type === 'map');
  if (step.kind === 'reduce' && map) {
    const [over, needs] = [map.name, [...new Set([map.name, ...depends_on])]];
    const how = step.stream ? { stream: true, join: 'all' as const } : { fan_in: step.fanIn };
    return { ...common, type: 'reduce', depends_on: needs, over, ...how };
  }
  if (step.kind !== 'map') return { ...common, depends_on };
  const earlier = before.find((s) => depends_on.includes(s.name) && s.type === undefined);
  const items =
    step.items === null && earlier
      ? { step: earlier.name, pointer: '/list' }
      : Array.from({ length: step.items ?? 3 }, (_, n) => n);
  return { ...common, type: 'map', depends_on, items, ...step.policy };
}
