import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeApi } from '@agentainer/api/fake-api';
import type { FakeRun } from '@agentainer/testing';
import { runCli } from './cli.js';
import { FakeTerminal } from './output/fake-terminal.fixture.js';

let api: FakeApi;
let terminal: FakeTerminal;
let key: string;
let directory: string;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  key = api.key('admin');
  terminal = new FakeTerminal();
  directory = mkdtempSync(join(tmpdir(), 'af-cli-'));
});
afterEach(async () => {
  await api.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a command line against the API and gives its exit code. */
const cli = (...argv: string[]) => runCli([...argv, '--url', api.address, '--key', key], terminal);
const json = () => JSON.parse(terminal.stdout) as Record<string, string>;

const DEFINITION = {
  name: 'etl',
  steps: [
    { name: 'list', image: 'lister' },
    { type: 'map' as const, name: 'fetch', image: 'scraper', items: { step: 'list' } },
  ],
};

function file(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function startedRun(): Promise<FakeRun> {
  const workflow = await api.workflow(DEFINITION);
  return api.runs.add({ definition: workflow.definition, workflow });
}

/** Lets a run go one stage further with every look at it. */
function play(run: FakeRun, stages: (() => void)[]): void {
  const load = api.runs.load.bind(api.runs);
  api.runs.load = (id) => {
    if (id === run.id) stages.shift()?.();
    return load(id);
  };
}

describe('agentainer workflow create', () => {
  it('creates a workflow from a file, with what the command line says instead', async () => {
    const path = file('def.json', { ...DEFINITION, config: { max_parallel: 3 } });
    expect(
      await cli('workflow', 'create', '--file', path, '--name', 'other', '--timeout', '2h', '--json'),
    ).toBe(0);
    expect(json()).toMatchObject({
      name: 'other',
      definition: { config: { max_parallel: 3, timeout: '2h' } },
    });
  });

  it('creates a workflow from standard input', async () => {
    terminal.stdin = JSON.stringify(DEFINITION);
    expect(await cli('workflow', 'create', '-f', '-', '--max-parallel', '7')).toBe(0);
    expect(terminal.stdout).toMatch(/^created wf_\w+ etl\n$/);
  });

  it.each([
    [
      'a definition that is wrong',
      { ...DEFINITION, steps: [{ name: 'a', image: 'x', timeout: 'soon' }] },
      'steps[0].timeout: ',
    ],
    ['no JSON', '{"name":', '--file: is not JSON: '],
    ['no definition', [1], '--file: is not a definition'],
  ])('names the field of %s, on one line', async (_, content, start) => {
    expect(await cli('workflow', 'create', '--file', file('def.json', content))).toBe(2);
    expect(terminal.stderr.startsWith(`error: ${start}`)).toBe(true);
    expect(terminal.stderr.trimEnd()).not.toContain('\n');
    expect(terminal.stdout).toBe('');
  });

  it('says that the file is not there', async () => {
    expect(await cli('workflow', 'create', '--file', join(directory, 'none.json'))).toBe(2);
    expect(terminal.stderr).toMatch(/^error: --file: cannot read .*ENOENT/);
  });
});

it('R1.3b agentainer workflow list', async () => {
  const run = await startedRun();
  const idle = await api.workflow({ ...DEFINITION, name: 'idle' });
  expect(await cli('workflow', 'list')).toBe(0);
  const [head, first, second] = terminal.rows();
  expect(head).toEqual(['WORKFLOW', 'NAME', 'STEPS', 'STATUS', 'LATEST RUN', 'CREATED']);
  expect(first!.slice(0, 5)).toEqual([idle.id, 'idle', '2', '-', '-']);
  expect(second!.slice(0, 5)).toEqual([run.options.workflow!.id, 'etl', '2', 'running', run.id]);
  terminal.stdout = '';
  await cli('workflow', 'list', '--status', 'running', '--json');
  expect(json()).toMatchObject({ items: [{ name: 'etl' }], next_cursor: null });
});

it('agentainer workflow get', async () => {
  const { id } = await api.workflow(DEFINITION);
  expect(await cli('workflow', 'get', id)).toBe(0);
  expect(terminal.stdout).toMatch(/^workflow: +wf_/);
  expect(terminal.rows()).toContainEqual(['fetch', 'map', 'scraper', '-', 'pooled', '10m']);
});

describe('R1.3c agentainer workflow status', () => {
  /** The command asks for the workflow, whose latest run is looked at, and for the run itself, before it watches. */
  const FIRST_LOOKS = [() => undefined, () => undefined];

  it('shows the steps of the latest run', async () => {
    const run = await startedRun();
    run
      .open('list', [{ state: 'completed' }], 'completed')
      .open('fetch', [{ state: 'running' }, { state: 'failed' }], 'running');
    expect(await cli('workflow', 'status', run.options.workflow!.id)).toBe(0);
    expect(terminal.stdout).toContain(`run:      ${run.id}\n`);
    const [step] = terminal.rows().filter((cells) => cells[0] === 'fetch');
    expect(step).toEqual(['fetch', 'map', 'running', '2', '0', '1', '0', '0', '1', '0', '-']);
  });

  it('shows another run where it is named, but none of another workflow', async () => {
    const run = await startedRun();
    const { workflow, definition } = run.options;
    api.runs.add({ definition, workflow });
    expect(await cli('workflow', 'status', workflow!.id, '--run', run.id, '--json')).toBe(0);
    expect(json().id).toBe(run.id);
    const other = await startedRun();
    expect(await cli('workflow', 'status', workflow!.id, '--run', other.id)).toBe(3);
    expect(await cli('workflow', 'status', workflow!.id, '--run', other.id, '--watch')).toBe(3);
  });

  it('says that a workflow was never started', async () => {
    const { id } = await api.workflow(DEFINITION);
    expect(await cli('workflow', 'status', id)).toBe(3);
    expect(terminal.stderr).toBe(`error: workflow ${id} was never started\n`);
  });

  const stagesOf = (run: FakeRun, end: () => void) => [
    () => run.open('list', [{ state: 'running' }], 'running'),
    () =>
      run
        .open('list', [{ state: 'completed' }], 'completed')
        .open('fetch', [{ state: 'pending' }, { state: 'pending' }]),
    () => run.open('fetch', [{ state: 'completed' }, { state: 'retrying' }], 'running'),
    () => {
      run.open('fetch', [{ state: 'completed' }, { state: 'completed' }], 'completed');
      end();
    },
  ];

  it('R2.5d watches in plain lines where nobody can draw over them', async () => {
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(0);
    const lines = terminal.stdout.split('\n').filter((line) => line.includes(': '));
    expect(lines.slice(0, 6)).toEqual([
      'list: 0/1 running',
      'fetch: 0/0 pending',
      'list: 1/1 completed',
      'fetch: 0/2 ready',
      'fetch: 1/2, 1 retrying running',
      'fetch: 2/2 completed',
    ]);
    expect(terminal.stdout).not.toContain('\u001b');
  });

  it('R2.5e watches with a bar for each step on a terminal', async () => {
    terminal.live = true;
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(0);
    expect(terminal.stdout).toContain(`fetch  ${'█'.repeat(12)}${'░'.repeat(12)}  1/2, 1 retrying  running`);
    expect(terminal.stdout).toContain('\u001b[2A');
  });

  it('ends with 4 where the run fails, and tells why', async () => {
    const run = await startedRun();
    play(run, [
      ...FIRST_LOOKS,
      () => run.end('failed', { code: 'BAD', message: 'step list:\nno\u001b[31m' }),
    ]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch')).toBe(4);
    expect(terminal.stderr).toBe(`error: ${run.id} failed: BAD: step list: no [31m\n`);
  });

  it('R1.3e watches as JSON, a line for each change', async () => {
    const run = await startedRun();
    play(run, [...FIRST_LOOKS, ...stagesOf(run, () => run.end('completed'))]);
    expect(await cli('workflow', 'status', run.options.workflow!.id, '--watch', '--json')).toBe(0);
    const looks = terminal.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string });
    expect(looks.map((look) => look.status)).toEqual(['running', 'running', 'running', 'completed']);
    expect(looks.at(-1)).toMatchObject({ result: [null, null] });
  });
});

it('R1.3d agentainer workflow jobs', async () => {
  const run = await startedRun();
  run.open('list', [{ state: 'completed', agentId: 'agent_1' }]);
  run.open('fetch', [{ state: 'failed', error: { code: 'BAD', message: 'x' } }, { state: 'pending' }]);
  const id = run.options.workflow!.id;
  expect(await cli('workflow', 'jobs', id)).toBe(0);
  const rows = terminal.rows();
  expect(rows[0]!.slice(0, 5)).toEqual(['JOB', 'WORKFLOW', 'STEP', 'TASK', 'STATUS']);
  expect(rows.slice(1).map((cells) => cells.slice(0, 5))).toEqual([
    [`${run.id}.list.0`, id, 'list', '0', 'completed'],
    [`${run.id}.fetch.0`, id, 'fetch', '0', 'failed'],
    [`${run.id}.fetch.1`, id, 'fetch', '1', 'pending'],
  ]);
  terminal.stdout = '';
  await cli('workflow', 'jobs', id, '--status', 'failed', '--json');
  expect(json()).toMatchObject({ items: [{ step_id: 'fetch', error: { code: 'BAD' } }] });
  await cli('workflow', 'jobs', id, '--limit', '2');
  expect(terminal.stderr).toMatch(/^more: --cursor \S+\n$/);
});

it('R1.3a agentainer list shows the workflow and the step of each job', async () => {
  const run = await startedRun();
  run.open('list', [{ state: 'running' }]);
  await cli('job', 'create', '--image', 'x');
  terminal.stdout = '';
  expect(await cli('list')).toBe(0);
  expect(terminal.rows().map((cells) => cells.slice(1, 5))).toEqual([
    ['WORKFLOW', 'STEP', 'TASK', 'STATUS'],
    [run.options.workflow!.id, 'list', '0', 'running'],
  ]);
});

it('R3.5a agentainer workflow state', async () => {
  const run = await startedRun();
  await api.state.put(run.id, { count: 3, files: ['a'] });
  const id = run.options.workflow!.id;
  expect(await cli('workflow', 'state', id)).toBe(0);
  expect(terminal.rows()).toEqual([
    ['KEY', 'VALUE'],
    ['count', '3'],
    ['files', '["a"]'],
  ]);
  terminal.stdout = '';
  await cli('workflow', 'state', id, 'files');
  expect(json()).toEqual(['a']);
  expect(await cli('workflow', 'state', id, 'none')).toBe(3);
});

describe('R5.3b agentainer workflow start', () => {
  it('starts a run with its input', async () => {
    const { id } = await api.workflow(DEFINITION);
    expect(await cli('workflow', 'start', id, '--input', '{"a":1}')).toBe(0);
    const runId = /^started (run_\w+)\n$/.exec(terminal.stdout)![1]!;
    expect(await api.runs.input(runId)).toBe('{"a":1}');
    expect(await cli('workflow', 'start', id, '--input-file', file('in.json', [1]), '--json')).toBe(0);
    expect(await cli('workflow', 'start', id, '--input', '{', '--json')).toBe(2);
    expect(await cli('workflow', 'start', id, '--input', '1', '--input-file', '-')).toBe(2);
    expect(terminal.stderr).toContain('--input: must not be given together with --input-file');
  });

  it('waits, and leaves standard output to the result', async () => {
    const { id } = await api.workflow(DEFINITION);
    const add = api.runs.add.bind(api.runs);
    api.runs.add = (options) => {
      const run = add(options);
      play(run, [
        () => run.open('fetch', [{ state: 'completed', result: { n: 1 } }], 'completed').end('completed'),
      ]);
      return run;
    };
    expect(await cli('workflow', 'start', id, '--wait')).toBe(0);
    expect(json()).toEqual([{ n: 1 }]);
    expect(terminal.stderr).toMatch(/^started run_\w+\n[^]*completed in /);
  });
});

describe('agentainer workflow mapreduce', () => {
  const base = ['workflow', 'mapreduce', '--name', 'wc', '--mapper', 'm:1', '--reducer', 'r:1'];

  it('creates and starts a map-reduce over given items', async () => {
    const items = `@${file('items.json', ['a', 'b'])}`;
    expect(await cli(...base, '--items', items, '--parallel', '20', '--pool-size', '5', '--json')).toBe(0);
    expect(json()).toMatchObject({ steps: [{ name: 'map' }, { name: 'reduce' }] });
    const run = [...api.runs.runs.values()][0]!;
    expect(run.options.input).toEqual({ items: ['a', 'b'] });
    expect(run.options.definition.steps[0]).toMatchObject({ max_parallel: 20, pool_config: { max_size: 5 } });
  });

  it('creates and starts one over the list that an agent gives', async () => {
    expect(await cli(...base, '--list', 'l:1', '--timeout', '30m')).toBe(0);
    expect(terminal.stdout).toMatch(/^started run_/);
  });

  it('only creates one where nothing says what the items are', async () => {
    expect(await cli(...base)).toBe(0);
    expect(terminal.stdout).toMatch(/^created wf_/);
    expect(terminal.stderr).toContain('agentainer workflow start wf_');
    expect(api.runs.runs.size).toBe(0);
  });

  it.each([
    [['--items', '{}'], '--items: must be a JSON array'],
    [['--items', '[1]', '--list', 'l'], 'mutually exclusive'],
    [['--parallel', '-3'], '--parallel: must be a whole number'],
    [['--parallel', 'many'], '--parallel: must be a whole number'],
    [['--pool-size', '0'], 'pool_size: '],
    [['--timeout', 'soon'], 'timeout: '],
  ])('refuses %j', async (more, message) => {
    expect(await cli(...base, ...more)).toBe(2);
    expect(terminal.stderr).toContain(message);
    expect(api.runs.runs.size).toBe(0);
  });
});

describe('agentainer job', () => {
  it('creates a job and shows it', async () => {
    expect(
      await cli('job', 'create', '--image', 'x', '--input', '{"a":1}', '--timeout', '5m', '--json'),
    ).toBe(0);
    const { id, run_id } = json() as { id: string; run_id: string };
    expect(await api.runs.input(run_id)).toBe('{"a":1}');
    terminal.stdout = '';
    api.runs.runs.get(run_id)!.open('job', [{ state: 'completed', result: 9 }]);
    expect(await cli('job', 'get', id)).toBe(0);
    expect(terminal.stdout).toContain('result:   9\n');
  });

  it('waits for the end of a job that fails', async () => {
    const add = api.runs.add.bind(api.runs);
    api.runs.add = (options) => {
      const run = add(options);
      const error = { code: 'BAD', message: 'no' };
      play(run, [() => undefined, () => run.open('job', [{ state: 'failed', error }]).end('failed', error)]);
      return run;
    };
    expect(await cli('job', 'create', '--image', 'x', '--wait')).toBe(4);
    expect(terminal.stdout).toContain('error:    BAD: no\n');
    expect(terminal.stderr).toContain('failed: BAD: no');
  });
});

it('agentainer pool list', async () => {
  const config = { min_size: 1, max_size: 5, idle_timeout: 300_000, max_agent_uses: 100, warm_up: true };
  const agents = { creating: 0, idle: 3, leased: 2, retiring: 0 };
  api.pools.push({ id: 'x-1', image: 'x', host: 'h', config, agents, waiting: 4, served: 9, retryAt: 0 });
  expect(await cli('pool', 'list')).toBe(0);
  expect(terminal.rows()[1]).toEqual(['x-1', 'h', 'x', '3', '2', '0', '0', '1', '5', '4', '9', '-']);
});

describe('what goes wrong', () => {
  const bare = (...argv: string[]) => runCli(argv, terminal);

  it.each([
    [['workflow', 'get', 'wf_none'], 3, 'workflow wf_none does not exist'],
    [['workflow', 'get'], 2, 'Not enough non-option arguments'],
    [['workflow', 'create'], 2, 'file'],
    [['workflow', 'list', '--stauts', 'x'], 2, 'stauts'],
    [['workflow', 'list', '--status', 'busy'], 2, 'status'],
    [['workflow', 'list', '--limit', '0'], 2, 'limit: '],
    [['workflow', 'list', '--limit', '1e3'], 2, '--limit: must be a whole number'],
    [['list', '--cursor', 'x'], 2, 'cursor: '],
    [['workflow', 'explode'], 2, 'explode'],
    [['workflow'], 2, 'a command is needed; see agentainer workflow --help'],
    [[], 2, 'a command is needed'],
  ])('%j ends with %i and says so', async (argv, code, message) => {
    expect(await cli(...argv)).toBe(code);
    expect(terminal.stderr).toMatch(/^error: .*\n$/);
    expect(terminal.stderr).toContain(message);
    expect(terminal.stdout).toBe('');
  });

  it('R9.4a a key that does not count ends with 5', async () => {
    expect(await bare('list', '--url', api.address, '--key', 'ak_wrong')).toBe(5);
    expect(terminal.stderr).toBe('error: the API key is not valid\n');
    key = api.key('read');
    expect(await cli('job', 'create', '--image', 'x')).toBe(5);
  });

  it('a server that is not there ends with 5, a URL that is none with 2', async () => {
    const { address } = api;
    await api.stop();
    expect(await bare('job', 'create', '--image', 'x', '--url', address)).toBe(5);
    expect(terminal.stderr).toMatch(/^error: cannot reach http/);
    expect(await bare('list', '--url', 'nowhere')).toBe(2);
  }, 20_000);

  it('help goes to standard output and names the exit codes', async () => {
    expect(await bare('--help')).toBe(0);
    expect(terminal.stdout).toContain('4 the run failed');
    expect(terminal.stderr).toBe('');
  });
});
