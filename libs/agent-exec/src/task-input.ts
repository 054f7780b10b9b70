import { TaskFailure } from '@agentainer/agent-kit/server';

/** The longest text that is turned from JSON into what it says, in bytes; that takes the whole of it. */
const LONGEST_TEXT = 32 * 1_024 * 1_024;
const QUOTE = 0x22;

/**
 * What a command reads: the JSON of its input as it comes; as `text`, of a string what it says.
 * @throws {TaskFailure} for a string that is too long for that
 */
export async function commandInput(
  input: AsyncIterable<Buffer>,
  format: 'json' | 'text',
): Promise<AsyncIterable<Buffer>> {
  if (format === 'json') return input;
  const parts = input[Symbol.asyncIterator]();
  const { value, done } = await parts.next();
  if (done) return input;
  const first = value as Buffer;
  return first[0] === QUOTE ? textOf(first, parts) : rest(first, parts);
}

async function textOf(first: Buffer, parts: AsyncIterator<Buffer>): Promise<AsyncIterable<Buffer>> {
  const read: Buffer[] = [];
  let size = 0;
  for await (const part of rest(first, parts)) {
    size += part.length;
    if (size > LONGEST_TEXT) {
      const message = `a text input is ${LONGEST_TEXT} bytes at most`;
      throw new TaskFailure('INPUT_INVALID', message, { retryable: false });
    }
    read.push(part);
  }
  return inOne(Buffer.from(JSON.parse(Buffer.concat(read, size).toString()) as string));
}

async function* rest(first: Buffer, parts: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (;;) {
    const { value, done } = await parts.next();
    if (done) return;
    yield value as Buffer;
  }
}

async function* inOne(text: Buffer): AsyncGenerator<Buffer> {
  yield text;
}
