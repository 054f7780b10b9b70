import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R9.5d agentainer host lists hosts, drains one and puts it to use again', async () => {
  expect(await cli('host', 'list')).toBe(0);
  expect(test.terminal.stdout).toBe('no hosts\n');
  const agents = { creating: 1, idle: 3, leased: 2, cleaning: 0, draining: 0, retiring: 0 };
  test.api.hosts.hosts.push({
    ...{ name: 'east', state: 'up', heardAt: 1_000, workers: 2, pressure: [] },
    agents,
  });
  test.terminal.stdout = '';
  expect(await cli('host', 'list')).toBe(0);
  expect(test.terminal.rows()[1]?.slice(0, 7)).toEqual(['east', 'up', '2', '3', '2', '1', '0']);
  test.api.hosts.hosts[0]!.pressure = [
    { resource: 'memory', use: 0.91 },
    { resource: 'disk', directory: '/var/lib/docker', use: 0.97 },
  ];
  test.terminal.stdout = '';
  expect(await cli('host', 'list')).toBe(0);
  expect(test.terminal.stdout).toContain('up, under pressure: memory 91%, disk of /var/lib/docker 97%');
  test.terminal.stdout = '';
  expect(await cli('host', 'drain', 'east')).toBe(0);
  expect(test.terminal.rows()[1]?.slice(0, 2)).toEqual([
    'east',
    expect.stringMatching(/^drained, under pressure: /),
  ]);
  expect(await cli('host', 'resume', 'east')).toBe(0);
  expect(await cli('host', 'drain', 'west')).toBe(3);
});
