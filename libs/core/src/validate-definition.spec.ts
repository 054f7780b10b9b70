import { LIMITS } from './definition.js';
import { InvalidInputError } from './errors.js';
import { dependenciesOf } from './step-dependencies.js';
import { reducedStep } from './reduce-step.js';
import { validateDefinition } from './validate-definition.js';

function faultsOf(input: unknown): Record<string, string> {
  try {
    validateDefinition(input);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return Object.fromEntries(error.faults.map((f) => [f.path, f.message]));
  }
  return {};
}
const step = (fields: object = {}) => ({ name: 'a', image: 'image', ...fields });
const map = (fields: object = {}) => step({ type: 'map', name: 'map', items: [1], ...fields });
const workflow = (...steps: unknown[]) => ({ name: 'workflow', steps });

describe('a right definition', () => {
  it('gets its defaults, and durations in milliseconds', () => {
    const { steps, ...rest } = validateDefinition(workflow(step({ timeout: '90s' })));
    expect(rest).toEqual({
      name: 'workflow',
      description: '',
      config: { max_parallel: 16, timeout: 86_400_000, compensation_timeout: 3_600_000 },
    });
    expect(steps).toEqual([
      {
        type: 'sequential',
        name: 'a',
        image: 'image',
        depends_on: [],
        join: 'all',
        execution_mode: 'pooled',
        pool_config: {
          min_size: 0,
          max_size: 4,
          idle_timeout: 300_000,
          max_agent_uses: 1_000_000,
          agent_concurrency: 1,
          warm_up: false,
          reuse: 'workflow',
          buffer: 0,
          stop_grace: 2_000,
          protocol: 'http',
          stdin: 'json',
          stdout: 'json',
          pull: 'never',
          network: 'none',
        },
        timeout: 90_000,
        retry: { max_attempts: 3, backoff: 'exponential', delay: 1_000, max_delay: 60_000, jitter: 0.2 },
      },
    ]);
  });

  it('may be a diamond with a map and a reduce', () => {
    const { steps } = validateDefinition(
      workflow(
        step({ name: 'end', depends_on: ['reduce', 'side'] }),
        step({ name: 'list' }),
        step({ name: 'side', input: { step: 'list', pointer: '/0' } }),
        map({ items: { step: 'list' } }),
        step({ name: 'reduce', type: 'reduce', depends_on: ['map', 'map', 'list'] }),
      ),
    );
    expect(steps.map(dependenciesOf)).toEqual([['reduce', 'side'], [], ['list'], ['list'], ['map', 'list']]);
  });

  it('may have as many steps as the limit, in one chain', () => {
    const steps = Array.from({ length: LIMITS.steps }, (_, i) =>
      step({ name: `s${i}`, depends_on: i > 0 ? [`s${i - 1}`] : [] }),
    );
    expect(validateDefinition(workflow(...steps.reverse())).steps).toHaveLength(LIMITS.steps);
  });
});

describe('a fault of the shape', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['']],
    ['null', null, ['']],
    ['a list', [], ['']],
    ['an empty object', {}, ['name', 'steps']],
    ['no steps', workflow(), ['steps']],
    ['too many steps', workflow(...Array.from({ length: LIMITS.steps + 1 }, () => step())), ['steps']],
    ['steps that are none', workflow(null, 5, 'a', []), ['steps[0]', 'steps[1]', 'steps[2]', 'steps[3]']],
    ['an unknown field', { ...workflow(step({ x: 1 })), y: 2 }, ['steps[0].x', 'y']],
    ['a field of another type of step', workflow(step({ max_parallel: 2 })), ['steps[0].max_parallel']],
    ['an unknown type', workflow(step({ type: 'loop' })), ['steps[0].type']],
    ['bad names', { ...workflow(step({ name: 'A b' })), name: '-' }, ['name', 'steps[0].name']],
    ['a name that is too long', workflow(step({ name: 'a'.repeat(64) })), ['steps[0].name']],
    ['a name of the language', workflow(step({ name: '__proto__' })), ['steps[0].name']],
    ['a bad image', workflow(step({ image: '../up x' })), ['steps[0].image']],
    ['bad dependencies', workflow(step({ depends_on: 'a' })), ['steps[0].depends_on']],
    ['a bad mode', workflow(step({ execution_mode: 'fast' })), ['steps[0].execution_mode']],
    [
      'reuse in a mode without',
      workflow(step({ execution_mode: 'standard', pool_config: { reuse: 'any', max_agent_uses: 5 } })),
      ['steps[0].pool_config.reuse', 'steps[0].pool_config.max_agent_uses'],
    ],
    [
      'several tasks at once in a mode without',
      workflow(step({ execution_mode: 'standard', pool_config: { agent_concurrency: 2 } })),
      ['steps[0].pool_config.agent_concurrency'],
    ],
    [
      'several commands at once in a container',
      workflow(step({ pool_config: { protocol: 'exec', agent_concurrency: 2 } })),
      ['steps[0].pool_config.agent_concurrency'],
    ],
    [
      'too many tasks at once',
      workflow(step({ pool_config: { agent_concurrency: 65 } })),
      ['steps[0].pool_config.agent_concurrency'],
    ],
    ['no such reuse', workflow(step({ pool_config: { reuse: 'shared' } })), ['steps[0].pool_config.reuse']],
    [
      'a bad run',
      { ...workflow(step()), config: { max_parallel: 0, timeout: '1y' } },
      ['config.max_parallel', 'config.timeout'],
    ],
    ['a map without items', workflow(map({ items: undefined })), ['steps[0].items']],
    ['items that are no list', workflow(map({ items: { value: 5 } })), ['steps[0].items']],
    ['a source that is none', workflow(map({ items: {} })), ['steps[0].items']],
    [
      'a range that is none',
      workflow(map({ items: { range: { from: 1, to: 9, step: 0 } } })),
      ['steps[0].items.range.step'],
    ],
    [
      'a range that is too long',
      workflow(map({ items: { range: { from: 0, to: LIMITS.items } } })),
      ['steps[0].items.range.to'],
    ],
    ['a key that is none', workflow(map({ items: { state: 'a b' } })), ['steps[0].items.state']],
    ['two sources', workflow(map({ items: { input: '', step: 'a' } })), ['steps[0].items']],
    ['a pointer that is none', workflow(map({ items: { input: 'urls' } })), ['steps[0].items.input']],
    ['a source step that is no name', workflow(step({ input: { step: 'B b' } })), ['steps[0].input.step']],
    [
      'too many items',
      workflow(map({ items: Array.from({ length: LIMITS.items + 1 }, () => 0) })),
      ['steps[0].items'],
    ],
    ['an item that is no JSON', workflow(map({ items: [JSON.parse('1e999')] })), ['steps[0].items']],
    ['a long description', { ...workflow(step()), description: 'x'.repeat(2_001) }, ['description']],
  ])('(%s) is told with its place', (_, input, paths) => {
    expect(Object.keys(faultsOf(input)).sort()).toEqual([...paths].sort());
  });

  it.each([-1, 0, 1.5, 1e18, NaN, '5', null, LIMITS.parallel + 1])(
    'max_parallel: %j is told',
    (max_parallel) => {
      expect(Object.keys(faultsOf(workflow(map({ max_parallel }))))).toEqual(['steps[0].max_parallel']);
    },
  );

  it.each(['5 minutes', '', '-1s', -1, 0, 1e99, '366d', null, {}, []])('timeout: %j is told', (timeout) => {
    expect(Object.keys(faultsOf(workflow(step({ timeout }))))).toEqual(['steps[0].timeout']);
  });

  it('of a pool or a retry policy is told beside the others', () => {
    const pool_config = {
      min_size: -1,
      max_size: 1_001,
      idle_timeout: 'x',
      max_agent_uses: 0,
      warm_up: 1,
      no: 1,
    };
    const retry = { max_attempts: 101, backoff: 'never', delay: '', max_delay: '1', jitter: 1.1 };
    const expected = [
      ...Object.keys(pool_config).map((field) => `steps[0].pool_config.${field}`),
      ...Object.keys(retry).map((field) => `steps[0].retry.${field}`),
    ];
    expect(Object.keys(faultsOf(workflow(step({ pool_config, retry })))).sort()).toEqual(expected.sort());
  });

  it('is told for a pool whose least size is above its greatest, also by default', () => {
    expect(faultsOf(workflow(step({ pool_config: { min_size: 5 } })))).toEqual({
      'steps[0].pool_config.min_size': 'must not be greater than max_size',
    });
  });

  it('is told of every step at once', () => {
    const input = workflow(step({ timeout: 'x' }), map({ max_parallel: -1 }), step({ image: '' }));
    expect(Object.keys(faultsOf(input))).toEqual([
      'steps[0].timeout',
      'steps[1].max_parallel',
      'steps[2].image',
    ]);
  });

  it('is told for what nests too deep, without reading it', () => {
    const items = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    expect(faultsOf(workflow(map({ items })))).toEqual({ '': 'must not nest deeper than 32 levels' });
  });
});

describe('a fault of the graph', () => {
  it.each<[string, unknown, Record<string, string>]>([
    [
      'a duplicate step',
      workflow(step(), step({ name: 'b' }), step()),
      { 'steps[2].name': '"a" is already the name of steps[0]' },
    ],
    [
      'an unknown dependency',
      workflow(step({ depends_on: ['b', 'c'] })),
      { 'steps[0].depends_on[0]': '"b" is not a step', 'steps[0].depends_on[1]': '"c" is not a step' },
    ],
    [
      'an unknown source',
      workflow(step({ input: { step: 'b' } }), map({ items: { step: 'c' } })),
      { 'steps[0].input.step': '"b" is not a step', 'steps[1].items.step': '"c" is not a step' },
    ],
    [
      'a cycle',
      workflow(
        step({ depends_on: ['c'] }),
        step({ name: 'b', depends_on: ['a'] }),
        step({ name: 'c', depends_on: ['b'] }),
        step({ name: 'after', depends_on: ['c'] }),
      ),
      {
        'steps[0].depends_on': 'is part of a cycle: a → c → b → a',
        'steps[1].depends_on': 'is part of a cycle: b → a → c → b',
        'steps[2].depends_on': 'is part of a cycle: c → b → a → c',
      },
    ],
    [
      'a step that waits for itself',
      workflow(step({ depends_on: ['a'] })),
      { 'steps[0].depends_on': 'is part of a cycle: a → a' },
    ],
    [
      'a cycle through data',
      workflow(map({ items: { step: 'a' } }), step({ input: { step: 'map' } })),
      {
        'steps[0].depends_on': 'is part of a cycle: map → a → map',
        'steps[1].depends_on': 'is part of a cycle: a → map → a',
      },
    ],
    [
      'a reduce over nothing',
      workflow(step({ type: 'reduce' })),
      { 'steps[0].over': 'must name the map step whose results are reduced' },
    ],
    [
      'a reduce over one of two',
      workflow(map(), map({ name: 'b' }), step({ type: 'reduce', depends_on: ['map', 'b'] })),
      { 'steps[2].over': 'must name the map step whose results are reduced' },
    ],
    [
      'a reduce over what is no map',
      workflow(
        step(),
        step({ name: 'r', type: 'reduce', over: 'a' }),
        step({ name: 's', type: 'reduce', over: 'x' }),
      ),
      { 'steps[1].over': '"a" is not a map step', 'steps[2].over': '"x" is not a map step' },
    ],
  ])('(%s) is told with its place', (_, input, faults) => {
    expect(faultsOf(input)).toEqual(faults);
  });

  it('is told together with all the others', () => {
    const input = workflow(
      step({ depends_on: ['nowhere'] }),
      step({ name: 'b', depends_on: ['b'] }),
      step(),
      step({ name: 'r', type: 'reduce' }),
    );
    expect(Object.keys(faultsOf(input)).sort()).toEqual(
      ['steps[0].depends_on[0]', 'steps[1].depends_on', 'steps[2].name', 'steps[3].over'].sort(),
    );
  });
});

describe('a reduce step', () => {
  it('reduces the map it names, or else the only map it depends on', () => {
    const definition = validateDefinition(
      workflow(
        map(),
        map({ name: 'other' }),
        step({ name: 'r1', type: 'reduce', over: 'other' }),
        step({ name: 'r2', type: 'reduce', depends_on: ['map', 'r1'] }),
      ),
    );
    const reduced = definition.steps.flatMap((s) =>
      s.type === 'reduce' ? [reducedStep(definition, s)] : [],
    );
    expect(reduced).toEqual(['other', 'map']);
    expect(definition.steps.map(dependenciesOf)[2]).toEqual(['other']);
  });
});
