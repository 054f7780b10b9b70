import { DEFAULT_POOL_CONFIG } from '@agentainer/core';
import { poolStatus } from '@agentainer/testing';
import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json } = test;
const config = { ...DEFAULT_POOL_CONFIG, min_size: 1, max_size: 5 };
const agents = { creating: 0, idle: 3, leased: 2, cleaning: 0, draining: 1, retiring: 0 };
beforeEach(test.start);
beforeEach(() => test.api.pools.push(poolStatus({ config, agents, waiting: 4, served: 9 })));
afterEach(test.stop);

it('agentainer pool list', async () => {
  expect(await cli('pool', 'list')).toBe(0);
  expect(test.terminal.rows()[1]).toEqual([
    'x-1',
    'h',
    'x',
    '3',
    '2',
    '1',
    '0',
    '0',
    '1',
    '5',
    '4',
    '9',
    '-',
  ]);
});

it('agentainer pool get', async () => {
  const error = { code: 'IMAGE_NOT_FOUND', message: 'no such image' };
  test.api.pools.push(poolStatus({ config, host: 'other', error, retryAt: Date.now() + 60_000 }));
  expect(await cli('pool', 'get', 'x-1')).toBe(0);
  expect(test.terminal.stdout).toMatch(/^pool: +x-1\n/);
  expect(test.terminal.stdout).toContain('1 to 5 agents');
  expect(test.terminal.stdout).toMatch(/\nh +5 +3 +2 +1 +0 +0 +4 +9 +-\n/);
  expect(test.terminal.stdout).toMatch(/\nother .*IMAGE_NOT_FOUND: no such image; tried again at /);
  expect(await cli('pool', 'get', 'nobody')).toBe(3);
});

it('R6.5a agentainer pool get says what agents printed last that did not start, or ended by themselves', async () => {
  const error = { code: 'AGENT_START_FAILED', message: 'it ended', detail: 'Traceback\n\u001b[31mno module' };
  const death = {
    agentId: 'agent_1',
    at: Date.UTC(2026, 0, 2),
    how: 'ended with exit code 1',
    ...{ exitCode: 1, output: 'a\nb' },
  };
  const earlier = { agentId: 'agent_0', at: 0, how: undefined, outOfMemory: true, output: 'c' };
  const deaths = [death, earlier];
  test.api.pools.push(poolStatus({ config, host: 'other', error, retryAt: 1, deaths }));
  expect(await cli('pool', 'get', 'x-1')).toBe(0);
  expect(test.terminal.stdout).toContain(
    '\nother: the agent that did not start printed\n  Traceback\n   [31mno module\n',
  );
  expect(test.terminal.stdout).toContain(
    '\nother: agent_1 ended with exit code 1 at 2026-01-02 00:00:00Z\n  a\n  b\nother, before that:\n  agent_0 ended at 1970-01-01 00:00:00Z\n',
  );
  test.terminal.stdout = '';
  expect(await cli('pool', 'get', 'x-1', '--json')).toBe(0);
  const told = {
    ...{ agent_id: 'agent_1', at: '2026-01-02T00:00:00.000Z', how: death.how },
    ...{ exit_code: 1, out_of_memory: false, output: 'a\nb' },
  };
  expect(JSON.parse(test.terminal.stdout).hosts).toMatchObject([
    { last_death: null, deaths: [] },
    {
      ...{ error, last_death: told },
      deaths: [
        told,
        {
          ...{ agent_id: 'agent_0', at: '1970-01-01T00:00:00.000Z', how: null },
          ...{ exit_code: null, out_of_memory: true, output: 'c' },
        },
      ],
    },
  ]);
});

it('agentainer pool drain and resume', async () => {
  expect(await cli('pool', 'drain', 'x-1')).toBe(0);
  expect(test.terminal.stdout).toContain('it starts no agents');
  expect(test.api.pools[0]!.drained).toBe(true);
  expect(await cli('pool', 'list')).toBe(0);
  expect(test.terminal.stdout).toContain('DRAINED');
  expect(await cli('pool', 'resume', 'x-1')).toBe(0);
  expect(test.api.pools[0]!.drained).toBe(false);
});

it('agentainer pool warm', async () => {
  expect(await cli('pool', 'warm', 'x-1', '--count', '4', '--for', '10m')).toBe(0);
  expect(test.api.poolStore.warmed).toEqual([{ id: 'x-1', count: 4, forMs: 600_000 }]);
  expect(await cli('pool', 'warm', 'x-1', '--count', '6')).toBe(2);
});

it('agentainer pool resize', async () => {
  expect(await cli('pool', 'resize', 'x-1', '--min', '2', '--max', '8', '--json')).toBe(0);
  expect(json()).toMatchObject({ min_size: 2, max_size: 8 });
  expect(await cli('pool', 'resize', 'x-1', '--min', 'default')).toBe(0);
  expect(test.api.pools[0]).toMatchObject({ size: { min_size: 1, max_size: 8 } });
  expect(await cli('pool', 'resize', 'x-1', '--min', 'many')).toBe(2);
  expect(await cli('pool', 'resize', 'x-1')).toBe(2);
});
