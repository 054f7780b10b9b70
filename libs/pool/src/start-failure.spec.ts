import { AgentStartError } from './ports.js';
import { judgeStartFailure, retryDelay } from './start-failure.js';

it('waits twice as long after each failure, up to a minute', () => {
  expect([1, 2, 3, 6, 7, 8, 2_000].map(retryDelay)).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});

it('lets lanes wait until agents failed to start three times in a row', () => {
  const cause = new AgentStartError('AGENT_START_FAILED', 'exit code 1');
  expect(judgeStartFailure(cause, 0)).toEqual({
    error: { code: 'AGENT_START_FAILED', message: 'exit code 1' },
    failures: 1,
    retryInMs: 1_000,
    broken: false,
  });
  expect(judgeStartFailure(cause, 1)).toMatchObject({ failures: 2, broken: false });
  expect(judgeStartFailure(cause, 2)).toMatchObject({ failures: 3, broken: true });
});

it('tells lanes at once that an image does not exist, and looks again soon', () => {
  const cause = new AgentStartError('IMAGE_NOT_FOUND', 'no such image: echo');
  for (const failures of [0, 8])
    expect(judgeStartFailure(cause, failures)).toMatchObject({
      error: { code: 'IMAGE_NOT_FOUND' },
      retryInMs: 5_000,
      broken: true,
    });
});

it('has lanes wait while the engine is away, however long that takes, and counts it as no failure', () => {
  const cause = new AgentStartError('ENGINE_AWAY', 'connect ECONNREFUSED');
  for (const failures of [0, 1, 2, 50])
    expect(judgeStartFailure(cause, failures)).toMatchObject({
      failures: Math.max(1, failures),
      retryInMs: 1_000,
      broken: false,
    });
});

it('tells lanes at once that an agent may not be started', () => {
  const cause = new AgentStartError('AGENT_REFUSED', 'image is not allowed');
  expect(judgeStartFailure(cause, 0)).toMatchObject({ error: { code: 'AGENT_REFUSED' }, broken: true });
});

it('takes anything else that goes wrong for a failed start', () => {
  expect(judgeStartFailure(new Error('ENOSPC'), 0)).toMatchObject({
    error: { code: 'AGENT_START_FAILED', message: 'ENOSPC' },
  });
  expect(judgeStartFailure('?', 0).error.message).toBe('?');
});
