import { jest } from '@jest/globals';
import { CommandOutput } from './command-output.js';

function output(stdout: string | Buffer, { stderr = '', limit = 1_000 } = {}) {
  const onTooLarge = jest.fn();
  const taken = new CommandOutput(limit, onTooLarge);
  taken.take('stderr', Buffer.from(stderr));
  for (const byte of Buffer.from(stdout)) taken.take('stdout', Buffer.of(byte));
  return { taken, onTooLarge };
}
const answer = (stdout: string | Buffer, format: 'json' | 'text' = 'json') =>
  output(stdout).taken.answer(0, format);

it.each([
  ['{"a": [1,\n  2]}\n', '{"a": [1,   2]}'],
  ['  12345678901234567890\n', '12345678901234567890'],
  ['"größe\\n"', '"größe\\n"'],
  ['', 'null'],
  [' \n', 'null'],
])('is the JSON that was written, in one line (%j)', (stdout, result) => {
  expect(answer(stdout)).toBe(`{"type":"result","result":${result}}\n`);
});

it.each(['hello', '{"a":1} {"a":2}', '{"a":', Buffer.from([0x22, 0xff, 0x22])])(
  'is an error where it is not JSON (%j)',
  (stdout) => {
    const code = { code: 'OUTPUT_NOT_JSON', retryable: false };
    expect(() => answer(stdout)).toThrow(expect.objectContaining(code));
  },
);

it('is a text where the pool says so, without its last line break', () => {
  expect(answer('two\nlines\n', 'text')).toBe('{"type":"result","result":"two\\nlines"}\n');
  expect(answer('', 'text')).toBe('{"type":"result","result":""}\n');
});

it('is the failure of an exit code, with the end of standard error', () => {
  const { taken } = output('{}', { stderr: `${'x'.repeat(5_000)}the end` });
  const failure = { code: 'EXIT_3', retryable: true, detail: expect.stringMatching(/^x+the end$/) };
  expect(() => taken.answer(3, 'json')).toThrow(expect.objectContaining(failure));
});

it('is held up to its limit, and tells once that it is longer', () => {
  const { taken, onTooLarge } = output('12345', { limit: 3 });
  expect(onTooLarge).toHaveBeenCalledTimes(1);
  const failure = { code: 'RESULT_TOO_LARGE', retryable: false };
  expect(() => taken.answer(137, 'json')).toThrow(expect.objectContaining(failure));
});
