import { TaskFailure } from './task-failure.js';

it.each([
  [{ code: 3, stderr: 'no such file' }, 'EXIT_3', 'the program ended with 3'],
  [{ code: null, signal: 'SIGKILL' as const }, 'EXIT_137', 'the program was ended by SIGKILL'],
])('names how a program ended: %p', (exit, code, message) => {
  expect(TaskFailure.ofExit(exit)).toMatchObject({ code, message, retryable: true });
});
