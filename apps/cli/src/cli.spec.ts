import { runCli } from './cli.js';
import { CliTest } from './cli-test.fixture.js';

const test = new CliTest();
const { cli } = test;
beforeEach(test.start);
afterEach(test.stop);

describe('what goes wrong', () => {
  const bare = (...argv: string[]) => runCli(argv, test.terminal);

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
    expect(test.terminal.stderr).toMatch(/^error: .*\n$/);
    expect(test.terminal.stderr).toContain(message);
    expect(test.terminal.stdout).toBe('');
  });

  it('R9.4a a key that does not count ends with 5', async () => {
    expect(await bare('list', '--url', test.api.address, '--key', 'ak_wrong')).toBe(5);
    expect(test.terminal.stderr).toBe('error: the API key is not valid\n');
    test.key = test.api.key('read');
    expect(await cli('job', 'create', '--image', 'x')).toBe(5);
  });

  it('a server that is not there ends with 5, a URL that is none with 2', async () => {
    const { address } = test.api;
    await test.api.stop();
    expect(await bare('job', 'create', '--image', 'x', '--url', address)).toBe(5);
    expect(test.terminal.stderr).toMatch(/^error: cannot reach http/);
    expect(await bare('list', '--url', 'nowhere')).toBe(2);
  }, 20_000);

  it('help goes to standard output and names the exit codes', async () => {
    expect(await bare('--help')).toBe(0);
    expect(test.terminal.stdout).toContain('4 the run failed');
    expect(test.terminal.stderr).toBe('');
  });
});
