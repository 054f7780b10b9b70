import fc from 'fast-check';
import { MAX_PROGRESS_BYTES } from '@agentainer/contracts/agent-paths';
import { PreludeSieve } from './prelude-sieve.js';

/** What is left of an answer that comes in these parts, and what it reported. */
function sieve(...parts: string[]): { left: string; progress: string[] } {
  const progress: string[] = [];
  const prelude = new PreludeSieve((value) => progress.push(value));
  const left = parts.map((part) => prelude.take(Buffer.from(part)).toString()).join('');
  return { left: left + prelude.end().toString(), progress };
}

const BEAT = '{"type":"heartbeat"}\n';
const RESULT = '{"type":"result","result":"{\\"type\\":\\"heartbeat\\"}"}\n';
const reports = (value: string) => `{"type":"progress","value":${value}}\n`;
const LONG = '{"type":"result","result":1}'.padEnd(200);

it.each([
  ['no heartbeat', [RESULT], RESULT],
  ['one', [BEAT + RESULT], RESULT],
  ['many, with white space', [BEAT, ' { "type" : "heartbeat" } \r\n', BEAT, RESULT], RESULT],
  ['nothing else', [BEAT, BEAT], ''],
  ['one that breaks off', ['{"type":"heart'], '{"type":"heart'],
  ['a result without a newline', [BEAT, LONG], LONG],
  ['one after the result', [RESULT, BEAT], RESULT + BEAT],
  ['one with something more', ['{"type":"heartbeat","result":1}\n'], '{"type":"heartbeat","result":1}\n'],
])('with %s', (_, parts, left) => expect(sieve(...parts)).toEqual({ left, progress: [] }));

it('reports progress as the agent wrote it', () => {
  const values = [
    '{"done": 3, "best":[1.50, "ü}"]}',
    'null',
    JSON.stringify('x'.repeat(MAX_PROGRESS_BYTES - 2)),
  ];
  expect(sieve(...values.map(reports), BEAT, RESULT)).toEqual({ left: RESULT, progress: values });
});

it.each([
  ['more than a value', reports('1,"more":2')],
  ['no JSON', reports('{')],
  ['too much of it', reports(JSON.stringify('x'.repeat(MAX_PROGRESS_BYTES)))],
  ['too deep a value', reports('['.repeat(40) + ']'.repeat(40))],
  ['a value without end', `{"type":"progress","value":"${'x'.repeat(2 * MAX_PROGRESS_BYTES)}`],
])('leaves %s to the reader of the answer', (_, line) => {
  expect(sieve(BEAT, line)).toEqual({ left: line, progress: [] });
});

it('does not care where parts begin', () => {
  const whole = BEAT.repeat(2) + reports('{"ü":1}') + BEAT + RESULT;
  fc.assert(
    fc.property(fc.array(fc.nat(Buffer.byteLength(whole)), { maxLength: 8 }), (cuts) => {
      const bytes = Buffer.from(whole);
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      const progress: string[] = [];
      const prelude = new PreludeSieve((value) => progress.push(value));
      const left = ends.map((end, i) => prelude.take(bytes.subarray(ends[i - 1] ?? 0, end)));
      expect(Buffer.concat([...left, prelude.end()]).toString()).toBe(RESULT);
      expect(progress).toEqual(['{"ü":1}']);
    }),
  );
});
