import { NotFoundError, UnavailableError } from '@agentainer/core';
import { asUnavailable } from './unavailable.js';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const coded = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });

it.each([
  named('Error', "Stream isn't writeable and enableOfflineQueue options is false"),
  named('Error', 'Command timed out'),
  named('MaxRetriesPerRequestError', 'Reached the max retries per request limit (which is 1).'),
  coded('ECONNREFUSED', 'connect'),
  coded('ENOENT', 'connect'),
  coded('ECONNRESET', 'read'),
  named('ReplyError', "OOM command not allowed when used memory > 'maxmemory'."),
  named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
  named('ReplyError', "READONLY You can't write against a read only replica."),
])('takes "$message" for a store out of reach', (error) => {
  expect(asUnavailable(error)).toBeInstanceOf(UnavailableError);
});

it.each([
  named('ReplyError', 'WRONGTYPE Operation against a key holding the wrong kind of value'),
  named('ReplyError', 'ERR Error running script: attempt to index nil'),
  coded('ENOENT', 'open'),
  named('TypeError', 'x is not a function'),
  new NotFoundError('run', 'run_1'),
  'text',
])('leaves %s alone', (error) => {
  expect(asUnavailable(error)).toBeUndefined();
});

it('looks for the cause of a transaction that was not carried out', () => {
  const aborted = (cause: Error) =>
    Object.assign(named('ReplyError', 'EXECABORT Transaction discarded'), { previousErrors: [cause] });
  expect(asUnavailable(aborted(named('ReplyError', 'OOM command not allowed')))).toBeDefined();
  expect(asUnavailable(aborted(named('ReplyError', 'ERR wrong number of arguments')))).toBeUndefined();
});

it('asks for a longer wait where Redis is full', () => {
  const full = asUnavailable(named('ReplyError', 'OOM command not allowed'));
  expect(full!.retryAfterMs).toBeGreaterThan(1_000);
});
