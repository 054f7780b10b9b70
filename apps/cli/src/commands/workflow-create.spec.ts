import { join } from 'node:path';
import { CliTest, DEFINITION } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, file } = test;
beforeEach(test.start);
afterEach(test.stop);

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
    test.terminal.stdin = JSON.stringify(DEFINITION);
    expect(await cli('workflow', 'create', '-f', '-', '--max-parallel', '7')).toBe(0);
    expect(test.terminal.stdout).toMatch(/^created wf_\w+ etl\n$/);
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
    expect(test.terminal.stderr.startsWith(`error: ${start}`)).toBe(true);
    expect(test.terminal.stderr.trimEnd()).not.toContain('\n');
    expect(test.terminal.stdout).toBe('');
  });

  it('says that the file is not there', async () => {
    expect(await cli('workflow', 'create', '--file', join(test.directory, 'none.json'))).toBe(2);
    expect(test.terminal.stderr).toMatch(/^error: --file: cannot read .*ENOENT/);
  });
});

describe('agentainer workflow mapreduce', () => {
  const base = ['workflow', 'mapreduce', '--name', 'wc', '--mapper', 'm:1', '--reducer', 'r:1'];

  it('creates and starts a map-reduce over given items', async () => {
    const items = `@${file('items.json', ['a', 'b'])}`;
    expect(await cli(...base, '--items', items, '--parallel', '20', '--pool-size', '5', '--json')).toBe(0);
    expect(json()).toMatchObject({ steps: [{ name: 'map' }, { name: 'reduce' }] });
    const run = [...test.api.runs.runs.values()][0]!;
    expect(run.options.input).toEqual({ items: ['a', 'b'] });
    expect(run.options.definition.steps[0]).toMatchObject({ max_parallel: 20, pool_config: { max_size: 5 } });
  });

  it('creates and starts one over the list that an agent gives', async () => {
    expect(await cli(...base, '--list', 'l:1', '--timeout', '30m')).toBe(0);
    expect(test.terminal.stdout).toMatch(/^started run_/);
  });

  it('only creates one where nothing says what the items are', async () => {
    expect(await cli(...base)).toBe(0);
    expect(test.terminal.stdout).toMatch(/^created wf_/);
    expect(test.terminal.stderr).toContain('agentainer workflow start wf_');
    expect(test.api.runs.runs.size).toBe(0);
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
    expect(test.terminal.stderr).toContain(message);
    expect(test.api.runs.runs.size).toBe(0);
  });
});
