import type { IncomingMessage } from 'node:http';
import { BodyTooLargeError } from './body.js';
import { parseTaskRequest, TaskRequestError } from './task-request.js';
import type { ReadTask } from './task-server.js';

/** What stands before the input. Within a JSON string, its quotes would be escaped. */
const INPUT = Buffer.from(',"input":');
/** Lease and task are far shorter, in bytes. */
const LONGEST_HEAD = 65_536;
const CLOSING_BRACE = '}';

/** A request whose input is not read with it. */
export interface RawTask extends ReadTask {
  /** The text of the input, as JSON, while it comes; to be gone through once. */
  input: AsyncIterable<Buffer>;
  drain: () => Promise<void>;
}

/**
 * Reads a task's request up to its input, of which no more is held than what has just come.
 * @throws {TaskRequestError}, {@link BodyTooLargeError} or the connection's error
 */
export async function readRawRequest(message: IncomingMessage): Promise<RawTask> {
  const parts = message.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await parts.next();
    if (done) throw new TaskRequestError('input is missing');
    head = Buffer.concat([head, value]);
    const at = head.indexOf(INPUT);
    if (at >= 0 && at < LONGEST_HEAD) return rawTask(head, at, parts);
    if (head.length > LONGEST_HEAD) throw new BodyTooLargeError(LONGEST_HEAD);
  }
}

function rawTask(head: Buffer, at: number, parts: AsyncIterator<Buffer>): RawTask {
  const { lease, task } = parseTaskRequest(`${head.toString('utf8', 0, at)},"input":null}`);
  const input = inputOf(head.subarray(at + INPUT.length), parts);
  return { lease, task, input, drain: () => drained(parts) };
}

/** One part is held back: at the end of the last one stands what closes the request. */
async function* inputOf(first: Buffer, parts: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  let held = first;
  for (;;) {
    const { value, done } = await parts.next();
    if (done) break;
    if (held.length > 0) yield held;
    held = value;
  }
  const end = held.lastIndexOf(CLOSING_BRACE);
  if (end < 0 || held.toString('utf8', end + 1).trim() !== '')
    throw new TaskRequestError('the body ends within the input');
  if (end > 0) yield held.subarray(0, end);
}

async function drained(parts: AsyncIterator<Buffer>): Promise<void> {
  while (!(await parts.next()).done);
}
