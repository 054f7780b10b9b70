import { StateError } from './state-error.js';
import { problemLine } from './task-answer.js';
import { TaskFailure } from './task-failure.js';

const told = (thrown: unknown) => JSON.parse(problemLine(thrown)) as Record<string, unknown>;

it('tells the code of a failure, and of what the gateway refused', () => {
  expect(told(new TaskFailure('QUOTA', 'no more'))).toMatchObject({ code: 'QUOTA', message: 'no more' });
  expect(told(new StateError('SECRET_NOT_ALLOWED', 'not named'))).toMatchObject({
    code: 'SECRET_NOT_ALLOWED',
    message: 'not named',
  });
  expect(told(new Error('boom'))).toMatchObject({ code: 'AGENT_FAILED', message: 'boom' });
});
