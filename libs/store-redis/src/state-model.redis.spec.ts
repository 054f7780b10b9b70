import type { Json, StateOperation } from '@agentainer/core';
import type { StateOperationAnswer } from '@agentainer/engine';
import fc from 'fast-check';
import { testRedis } from './redis.fixture.js';
import { type Attempt, StateRun } from './state-run.fixture.js';
import { canonicalJson } from './state-json.js';

const TASKS = 3;

const redis = testRedis();

/** The state of a run as a plain program would keep it, with the log of each task's calls. */
class Model {
  readonly values = new Map<string, Json | Set<string>>();
  private readonly logs = Array.from({ length: TASKS }, () => new Map<number, [string, Json]>());

  call(task: number, seq: number, operation: StateOperation): StateOperationAnswer {
    const text = canonicalJson(operation as unknown as Json);
    const known = this.logs[task]!.get(seq);
    const same = known?.[0] === text;
    if (known && same) return known[1] as StateOperationAnswer;
    if (known && !(operation.op === 'set' && isSetOf(known[0], operation.key))) return { kind: 'conflict' };
    const answer = this.applied(operation);
    if (answer.kind === 'ok') this.logs[task]!.set(seq, [text, answer as unknown as Json]);
    return answer;
  }

  logged(task: number, seq: number): StateOperation | undefined {
    const known = this.logs[task]!.get(seq);
    return known && (JSON.parse(known[0]) as StateOperation);
  }

  json(): Record<string, Json> {
    return Object.fromEntries([...this.values.keys()].map((key) => [key, this.read(key)!]));
  }

  private read(key: string): Json {
    const value = this.values.get(key) ?? null;
    if (!(value instanceof Set)) return value;
    const texts = [...value].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return texts.map((text) => JSON.parse(text) as Json);
  }

  private applied(operation: StateOperation): StateOperationAnswer {
    const { key } = operation;
    const held = this.values.get(key) ?? null;
    switch (operation.op) {
      case 'get':
        return { kind: 'ok', value: this.read(key) };
      case 'set':
        this.values.set(key, operation.value);
        return { kind: 'ok', value: operation.value };
      case 'increment': {
        if (held !== null && typeof held !== 'number') return { kind: 'wrong_type', expected: 'number' };
        const sum = (held ?? 0) + operation.by;
        this.values.set(key, sum);
        return { kind: 'ok', value: sum };
      }
      case 'append': {
        if (held !== null && !Array.isArray(held)) return { kind: 'wrong_type', expected: 'list' };
        const list = [...(held ?? []), operation.value];
        this.values.set(key, list);
        return { kind: 'ok', value: list.length };
      }
      case 'addToSet':
      case 'removeFromSet': {
        if (held !== null && !(held instanceof Set)) return { kind: 'wrong_type', expected: 'set' };
        return { kind: 'ok', value: this.changeSet(operation, held ?? new Set()) };
      }
      case 'compareAndSwap': {
        const present = this.read(key);
        const swapped = canonicalJson(present) === canonicalJson(operation.expected);
        if (swapped) this.values.set(key, operation.value);
        return { kind: 'ok', swapped, value: swapped ? operation.value : present };
      }
    }
  }

  private changeSet(
    { op, key, value }: { op: string; key: string; value: Json },
    held: Set<string>,
  ): boolean {
    const text = canonicalJson(value);
    const there = held.has(text);
    if (op === 'addToSet') this.values.set(key, held.add(text));
    else held.delete(text);
    return there === (op === 'removeFromSet');
  }
}

function isSetOf(text: string, key: string): boolean {
  const operation = JSON.parse(text) as StateOperation;
  return operation.op === 'set' && operation.key === key;
}

const key = fc.constantFrom('a', 'b', 'c');
const scalar = fc.constantFrom<Json>(null, 0, 1, 2, 'x', 'é', true, { b: 1, a: [2] }, { a: [2], b: 1 });
const value = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  // As texts have it: there -0 is 0.
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
);
const operation: fc.Arbitrary<StateOperation> = fc.oneof(
  fc.record({ op: fc.constant('get' as const), key }),
  fc.record({ op: fc.constant('set' as const), key, value }),
  fc.record({ op: fc.constant('increment' as const), key, by: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ op: fc.constant('append' as const), key, value: scalar }),
  fc.record({ op: fc.constantFrom('addToSet' as const, 'removeFromSet' as const), key, value: scalar }),
  fc.record({ op: fc.constant('compareAndSwap' as const), key, expected: scalar, value }),
);
const action = fc.record({
  task: fc.nat(TASKS - 1),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant('call' as const) },
    { weight: 2, arbitrary: fc.constantFrom('retry' as const, 'repeat' as const, 'stale' as const) },
  ),
  /** Whether a retried task makes the call that its log has, where it has one. */
  faithful: fc.boolean(),
  operation,
});

it('does what a plain program does, once per task and call, for the running attempts only', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const run = await StateRun.open(redis, TASKS);
      const model = new Model();
      const attempts: Attempt[] = [];
      const former: Attempt[] = [];
      while (attempts.length < TASKS) attempts.push(await run.claim());
      for (const { task, what, faithful, operation } of actions) {
        const attempt = attempts[task]!;
        if (what === 'retry') {
          former.push({ ...attempt });
          attempts[task] = await run.retry(attempt);
        } else if (what === 'stale') {
          for (const old of former) expect(await run.call(old, operation)).toEqual({ kind: 'stale' });
        } else {
          if (what === 'call') attempt.calls += 1;
          const seq = Math.max(attempt.calls, 1);
          const made = (faithful && model.logged(task, seq)) || operation;
          expect(await run.repeat(attempt, made, seq)).toEqual(model.call(task, seq, made));
        }
      }
      expect(await run.state.all(run.runId)).toEqual(model.json());
    }),
    { numRuns: 150 },
  );
}, 60_000);

it('counts each of many tasks once, whatever becomes of their attempts', async () => {
  const tasks = 40;
  const run = await StateRun.open(redis, tasks);
  const attempts: Attempt[] = [];
  while (attempts.length < tasks) attempts.push(await run.claim());
  const work = async (attempt: Attempt) => {
    const calls = [
      run.call(attempt, { op: 'increment', key: 'n', by: 1 }),
      run.call(attempt, { op: 'append', key: 'l', value: attempt.index }),
    ];
    return Promise.all(calls);
  };
  await Promise.all(
    attempts.map(async (attempt, i) => {
      // Some lose their attempt while its calls are on their way, so that both orders happen.
      const working = work(attempt);
      if (i % 2 === 0) await work(await run.retry(attempt));
      await working;
    }),
  );
  const state = await run.state.all(run.runId);
  expect(state['n']).toBe(tasks);
  expect((state['l'] as number[]).sort((a, b) => a - b)).toEqual(attempts.map((a) => a.index));
});
