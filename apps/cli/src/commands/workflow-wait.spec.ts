import { CliTest } from '../cli-test.fixture.js';

const test = new CliTest();
const { cli, json, startedRun } = test;
beforeEach(test.start);
afterEach(test.stop);

it('R9.2a agentainer workflow signal', async () => {
  const { id } = await startedRun();
  expect(await cli('workflow', 'signal', id, 'paid', '--data', '{"amount":5}')).toBe(0);
  expect(test.terminal.stdout).toBe(`sent paid to ${id}\n`);
  test.terminal.stdout = '';
  expect(await cli('workflow', 'signal', id, 'paid', '--json')).toBe(0);
  expect(json()).toEqual({ run_id: id, signal: 'paid' });
  expect(test.api.waits.told).toEqual([
    { runId: id, signal: 'paid', data: { amount: 5 } },
    { runId: id, signal: 'paid', data: null },
  ]);
});

it('R9.2a agentainer workflow approve and reject', async () => {
  const { id } = await startedRun();
  expect(await cli('workflow', 'approve', id, 'review')).toBe(0);
  expect(await cli('workflow', 'reject', id, 'review', '--data', '{"reason":"no"}')).toBe(0);
  expect(test.terminal.stdout).toBe(`approved review of ${id}\nrejected review of ${id}\n`);
  expect(test.api.waits.told).toEqual([
    { runId: id, step: 'review', decision: 'approve', data: {} },
    { runId: id, step: 'review', decision: 'reject', data: { reason: 'no' } },
  ]);
  expect(await cli('workflow', 'approve', id, 'review', '--data', '{')).toBe(2);
});
