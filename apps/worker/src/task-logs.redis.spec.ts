import type { LogRecord } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
forEachTest((made) => (flow = made));

const logsOf = (runId: string): Promise<LogRecord[]> => flow.logs.after(runId, { at: 0 }, 1_000);
const told = (records: LogRecord[]) =>
  records.map(({ step, index, attempt, text }) => `${step}.${index}.${attempt} ${text}`).sort();

const map = (retry: object = {}) => ({
  name: 'w',
  steps: [{ type: 'map' as const, name: 'm', image: 'x', items: [0, 1, 2], max_parallel: 3, ...retry }],
});

it('has what each attempt printed when its task has ended, the last words too', async () => {
  flow.behave = (input, { attempt, onLog }) => {
    onLog!({ stream: 'stdout', text: `item ${input as number}\n`, leftOut: 0 });
    return input === 1 && attempt === 1
      ? { kind: 'failed', error: { code: 'X', message: 'no' }, retryable: true, suspect: false }
      : completed(input);
  };
  const run = await flow.runToEnd(map({ retry: { max_attempts: 2, delay: '5ms', backoff: 'constant' } }));
  expect(run.state).toBe('completed');
  expect(told(await logsOf(run.id))).toEqual([
    'm.0.1 item 0\n',
    'm.1.1 item 1\n',
    'm.1.2 item 1\n',
    'm.2.1 item 2\n',
  ]);
});

it('keeps nothing for tasks that print nothing', async () => {
  const run = await flow.runToEnd(map());
  expect(await flow.redis.exists(flow.keys.runLogs(run.id), flow.keys.runLogBytes(run.id))).toBe(0);
});

it('goes with the tasks that a rerun takes over, and leaves the others', async () => {
  let bad = true;
  flow.behave = (input, { onLog }) => {
    onLog!({ stream: 'stderr', text: bad ? 'old' : 'new', leftOut: 0 });
    return bad && input === 1
      ? { kind: 'failed', error: { code: 'X', message: 'no' }, retryable: false, suspect: false }
      : completed(input);
  };
  const first = await flow.retired((await flow.runToEnd(map())).id);
  expect(first.state).toBe('failed');
  bad = false;
  const again = await flow.rerunner.rerun(first.id, { scope: { kind: 'failed_only' } });
  await flow.retired(again.id);
  expect(told(await logsOf(again.id))).toEqual(['m.0.1 old', 'm.1.1 new', 'm.2.1 old']);
  await flow.runs.remove(first.id);
  expect(await logsOf(first.id)).toEqual([]);
  expect(await logsOf(again.id)).toHaveLength(3);
  const third = await flow.rerunner.rerun(again.id, { scope: { kind: 'whole' } });
  await flow.retired(third.id);
  expect(told(await logsOf(third.id))).toEqual(['m.0.1 new', 'm.1.1 new', 'm.2.1 new']);
});
