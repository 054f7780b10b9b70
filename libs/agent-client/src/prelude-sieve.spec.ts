import fc from 'fast-check';
import { MAX_LOG_LINE_BYTES, MAX_PROGRESS_BYTES } from '@agentainer/contracts/agent-paths';
import { PreludeSieve } from './prelude-sieve.js';

/** What is left of an answer that comes in these parts, and what it reported. */
function sieve(...parts: string[]): { left: string; progress: string[] } {
  const progress: string[] = [];
  const prelude = new PreludeSieve({ onProgress: (value) => progress.push(value) });
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
      const prelude = new PreludeSieve({ onProgress: (value) => progress.push(value) });
      const left = ends.map((end, i) => prelude.take(bytes.subarray(ends[i - 1] ?? 0, end)));
      expect(Buffer.concat([...left, prelude.end()]).toString()).toBe(RESULT);
      expect(progress).toEqual(['{"ü":1}']);
    }),
  );
});

describe('what a task prints', () => {
  const logs = (...parts: (string | Buffer)[]) => {
    const told: object[] = [];
    const prelude = new PreludeSieve({ onLog: (log) => told.push(log) });
    const left = parts.map((part) => prelude.take(Buffer.from(part)).toString()).join('');
    return { left: left + prelude.end().toString(), told };
  };
  const line = (log: object) => `${JSON.stringify({ type: 'log', ...log })}\n`;

  it('is told in its order, among heartbeats and progress, and is no part of the answer', () => {
    const said = [
      line({ stream: 'stdout', text: 'one\ntwo\n' }) + BEAT,
      line({ stream: 'stderr', text: 'thr\u00e9e', left_out: 7 }) + reports('1'),
      RESULT + line({ stream: 'stdout', text: 'late' }),
    ];
    expect(logs(...said)).toEqual({
      left: said[2],
      told: [
        { stream: 'stdout', text: 'one\ntwo\n', leftOut: 0 },
        { stream: 'stderr', text: 'thrée', leftOut: 7 },
      ],
    });
  });

  it('may be as long as a line may be, and come byte by byte', () => {
    const whole = line({ stream: 'stdout', text: 'ü'.repeat(1_000) });
    const bytes = [...Buffer.from(whole + RESULT)].map((byte) => Buffer.from([byte]));
    expect(logs(...bytes)).toMatchObject({ left: RESULT, told: [{ text: 'ü'.repeat(1_000) }] });
    const text = 'x'.repeat(MAX_LOG_LINE_BYTES - line({ stream: 'stdout', text: '' }).length + 1);
    expect(logs(line({ stream: 'stdout', text }))).toMatchObject({ left: '', told: [{ text }] });
    const longer = line({ stream: 'stdout', text: `${text}x` });
    expect(logs(longer)).toEqual({ left: longer, told: [] });
  });

  it.each([
    ['another stream', line({ stream: 'stdin', text: 'x' })],
    ['no text', line({ stream: 'stdout' })],
    ['a further field', line({ stream: 'stdout', text: 'x', more: 1 })],
    ['a negative number of bytes', line({ stream: 'stdout', text: 'x', left_out: -1 })],
    ['no JSON', '{"type":"log","stream":"stdout","text":"x}\n'],
  ])('is left to the reader of the answer with %s', (_, wrong) => {
    expect(logs(BEAT, wrong)).toEqual({ left: wrong, told: [] });
  });
});
