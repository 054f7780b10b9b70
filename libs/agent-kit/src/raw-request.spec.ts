import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { readRawRequest } from './raw-request.js';

const task = {
  ...{ id: 't', run_id: 'r', workflow_id: null, step: 's', kind: 'map', index: 0, attempt: 1, token: 'k' },
  timeout_ms: 1_000,
};
const head = JSON.stringify({ lease: { id: 'l', epoch: 7 }, task }).slice(0, -1);

async function read(...parts: string[]) {
  const message = Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );
  const request = await readRawRequest(message as unknown as IncomingMessage);
  const input = async () => {
    let text = '';
    for await (const part of request.input) text += part.toString();
    return text;
  };
  return { request, input, message };
}

it('tells the task, and gives the input as it was written', async () => {
  const { request, input } = await read(`${head},"input":{"a": [1, "}"]}}`);
  expect(request.task.id).toBe('t');
  expect(request.lease.epoch).toBe(7);
  expect(await input()).toBe('{"a": [1, "}"]}');
});

it('does so wherever the body is cut', async () => {
  const body = `${head},"input":["größe, \\"input\\": }"]}`;
  for (let at = 1; at < body.length; at++) {
    const { input } = await read(body.slice(0, at), body.slice(at));
    expect(await input()).toBe('["größe, \\"input\\": }"]');
  }
});

it('takes parts of any size', async () => {
  const { input } = await read(...`${head},"input":"text"}\n`.slice(0, -1));
  expect(await input()).toBe('"text"');
});

it('refuses a body without an input, or one that breaks off', async () => {
  await expect(read(head)).rejects.toThrow('input is missing');
  await expect(read('{"lease":1,"input":2}')).rejects.toThrow('lease must be an object');
  await expect(read('x'.repeat(70_000))).rejects.toThrow('larger than');
  const { input } = await read(`${head},"input":[1,2`);
  await expect(input()).rejects.toThrow('ends within the input');
});

it('takes what nobody read, so that the connection can be used again', async () => {
  const { request, message } = await read(`${head},"input":[1,`, '2', ',3]}');
  await request.drain();
  expect(message.readableEnded).toBe(true);
});
