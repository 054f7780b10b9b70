import fc from 'fast-check';
import { HeartbeatSieve } from './heartbeat-sieve.js';

/** What is left of an answer that comes in these parts. */
function sieve(...parts: string[]): string {
  const heartbeats = new HeartbeatSieve();
  return (
    parts.map((part) => heartbeats.take(Buffer.from(part)).toString()).join('') + heartbeats.end().toString()
  );
}

const BEAT = '{"type":"heartbeat"}\n';
const RESULT = '{"type":"result","result":"{\\"type\\":\\"heartbeat\\"}"}\n';

it.each([
  ['no heartbeat', [RESULT], RESULT],
  ['one', [BEAT + RESULT], RESULT],
  ['many, with white space', [BEAT, ' { "type" : "heartbeat" } \r\n', BEAT, RESULT], RESULT],
  ['nothing else', [BEAT, BEAT], ''],
  ['one that breaks off', ['{"type":"heart'], '{"type":"heart'],
  [
    'a short result without a newline',
    [BEAT, '{"type":"result","result":1}'],
    '{"type":"result","result":1}',
  ],
  ['one after the result', [RESULT, BEAT], RESULT + BEAT],
  ['one with something more', ['{"type":"heartbeat","result":1}\n'], '{"type":"heartbeat","result":1}\n'],
])('with %s', (_, parts, left) => expect(sieve(...parts)).toBe(left));

it('does not care where parts begin', () => {
  const whole = BEAT.repeat(3) + RESULT;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 8 }), (cuts) => {
      const ends = [...cuts, whole.length].sort((a, b) => a - b);
      expect(sieve(...ends.map((end, i) => whole.slice(ends[i - 1] ?? 0, end)))).toBe(RESULT);
    }),
  );
});
