import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import { ContainerOutput } from './container-output.js';

let stream: PassThrough;
let output: ContainerOutput;
beforeEach(async () => {
  stream = new PassThrough();
  output = new ContainerOutput();
  await output.listen('a', { attach: () => Promise.resolve(stream) } as unknown as Docker.Container);
});
afterEach(() => output.close());

/** A frame, as the engine sends it. */
function print(text: string, to: 'stdout' | 'stderr' = 'stdout'): void {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = to === 'stdout' ? 1 : 2;
  head.writeUInt32BE(body.length, 4);
  stream.write(Buffer.concat([head, body]));
}

it('has the end of both streams, in the order in which it came', async () => {
  print('one\n');
  print('two\n', 'stderr');
  stream.end();
  expect(await output.endOf('a')).toBe('one\ntwo\n');
  expect(await output.endOf('another')).toBe('');
});

it('keeps no more than that, from the begin of a line on', async () => {
  for (let i = 0; i < 2_000; i++) print(`line ${i}\n`);
  stream.end();
  const text = await output.endOf('a');
  expect(text.length).toBeLessThanOrEqual(8_192);
  expect(text).toMatch(/^line \d+\n/);
  expect(text.endsWith('line 1999\n')).toBe(true);
});

it('does not wait for ever for the last word', async () => {
  print('still there\n');
  expect(await output.endOf('a')).toBe('still there\n');
});

it('stops listening to a container that prints without end', async () => {
  print('x'.repeat(600_000));
  print('y'.repeat(600_000));
  await output.endOf('a');
  expect(stream.destroyed).toBe(true);
});

it('lets a container be that cannot be listened to, and a stream that breaks', async () => {
  await output.listen('b', {
    attach: () => Promise.reject(new Error('no')),
  } as unknown as Docker.Container);
  expect(await output.endOf('b')).toBe('');
  print('before\n');
  await new Promise((resolve) => setImmediate(resolve));
  stream.destroy(new Error('broken'));
  expect(await output.endOf('a')).toBe('before\n');
  output.forget('a');
  expect(await output.endOf('a')).toBe('');
});
