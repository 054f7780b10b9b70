import { FrameSplitter } from './exec-stream.js';

const frame = (stream: number, text: string) => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

function split(...chunks: Buffer[]) {
  const heard = { stdout: '', stderr: '' };
  const frames = new FrameSplitter((stream, chunk) => (heard[stream] += chunk.toString()));
  for (const chunk of chunks) frames.push(chunk);
  frames.end();
  return heard;
}

it('tells the streams apart, wherever what comes is cut', () => {
  const all = Buffer.concat([frame(1, 'one'), frame(2, 'oh'), frame(1, ''), frame(1, 'two')]);
  for (let at = 0; at <= all.length; at++)
    expect(split(all.subarray(0, at), all.subarray(at))).toEqual({ stdout: 'onetwo', stderr: 'oh' });
  expect(split(...[...all].map((byte) => Buffer.of(byte)))).toEqual({ stdout: 'onetwo', stderr: 'oh' });
});

it('takes what is in no frame as the word of the engine', () => {
  expect(split(Buffer.from('cannot run\r\n'))).toEqual({ stdout: '', stderr: 'cannot run\r\n' });
});
