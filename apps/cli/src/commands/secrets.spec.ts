import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R9.3e agentainer secrets sets a secret from standard input, lists names and removes it', async () => {
  test.terminal.stdin = 'correct horse\n';
  expect(await cli('secrets', 'set', 'db')).toBe(0);
  expect(test.terminal.stdout).toBe('db is set\n');
  test.terminal.stdout = '';
  expect(await cli('secrets', 'list', '--json')).toBe(0);
  expect(json()).toMatchObject({ items: [{ name: 'db' }] });
  expect(await cli('secrets', 'remove', 'db')).toBe(0);
  expect(await cli('secrets', 'remove', 'db')).toBe(3);
  test.terminal.stdout = '';
  expect(await cli('secrets', 'list')).toBe(0);
  expect(test.terminal.stdout).toBe('no secrets\n');
});

it('R9.3e agentainer secrets set says what is wrong with a value, without repeating it', async () => {
  test.terminal.stdin = 'short';
  expect(await cli('secrets', 'set', 'db')).toBe(2);
  expect(test.terminal.stderr).toContain('value: must have at least 8 characters');
  expect(test.terminal.stderr).not.toContain('short"');
  expect(await cli('secrets', 'set', 'db', '--file', '/nowhere')).toBe(2);
  expect(test.terminal.stderr).toContain('--file: cannot read /nowhere');
});
