import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R6.3e agentainer pool alerts shows which pools were exhausted, and when', async () => {
  expect(await cli('pool', 'alerts')).toBe(0);
  expect(test.terminal.stdout).toBe('no alerts\n');
  const pool = { id: 'x-1', max_size: 4, agents: 4, idle: 0, waiting: 9 };
  test.api.alerts.push(
    { id: '2-0', at: Date.UTC(2026, 0, 2), type: 'pool.recovered', pool: { ...pool, waiting: 0 } },
    { id: '1-0', at: Date.UTC(2026, 0, 1), type: 'pool.exhausted', pool },
  );
  test.terminal.stdout = '';
  expect(await cli('pool', 'alerts')).toBe(0);
  expect(test.terminal.rows().slice(1)).toEqual([
    ['2026-01-02 00:00:00Z', 'x-1', 'recovered', '4', '4', '0'],
    ['2026-01-01 00:00:00Z', 'x-1', 'exhausted', '4', '4', '9'],
  ]);
  test.terminal.stdout = '';
  expect(await cli('pool', 'alerts', '--limit', '1', '--json')).toBe(0);
  expect(JSON.parse(test.terminal.stdout)).toEqual({
    items: [
      {
        id: '2-0',
        at: '2026-01-02T00:00:00.000Z',
        type: 'pool.recovered',
        pool: { ...pool, waiting: 0 },
      },
    ],
  });
  expect(await cli('pool', 'alerts', '--limit', '0')).toBe(2);
});
