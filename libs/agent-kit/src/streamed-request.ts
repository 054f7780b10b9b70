import type { IncomingMessage } from 'node:http';
import type { TaskRequest } from '@agentainer/contracts';
import type { TaskOutcome } from '@agentainer/core';
import { BodyTooLargeError, readBody } from './body.js';
import { ListSplitter } from './list-splitter.js';
import { parseTaskRequest, TaskRequestError } from './task-request.js';

/** What stands before the elements of a list. Within a JSON string, its quotes would be escaped. */
const INPUT_LIST = /,\s*"input"\s*:\s*\[/;
/** Lease and task are far shorter, in characters. */
const LONGEST_HEAD = 65_536;
/** A body that is no longer has come as soon as its begin has, in bytes. */
const SHORT = 65_536;

/** A list that is read while it comes, so that no more of it is held than one part and one element. */
export class OutcomeStream {
  private readonly splitter: ListSplitter;

  constructor(
    private readonly parts: AsyncIterator<string>,
    private first: string,
    elementLimit: number,
  ) {
    this.splitter = new ListSplitter(elementLimit);
  }

  /** The outcomes, once. Throws the signal's reason where it aborts. */
  async *outcomes(signal: AbortSignal): AsyncGenerator<TaskOutcome, void, undefined> {
    let part: string | undefined = this.first;
    this.first = '';
    while (part !== undefined) {
      for (const element of this.splitter.push(part)) {
        signal.throwIfAborted();
        yield JSON.parse(element) as TaskOutcome;
      }
      if (this.splitter.hasEnded) return;
      part = await nextUnless(signal, this.parts);
    }
    throw new TaskRequestError('the input ends before its list does');
  }

  /** Takes what is left of the body, so that the connection can be used again. */
  async drain(): Promise<void> {
    while ((await next(this.parts)) !== undefined);
  }
}

/**
 * A task's request; the input of a reduce step is an {@link OutcomeStream}, any other is read whole.
 * @throws {TaskRequestError}, {@link BodyTooLargeError} or the connection's error
 */
export async function readStreamedRequest(
  message: IncomingMessage,
  limit: number,
): Promise<Omit<TaskRequest, 'input'> & { input: unknown }> {
  const parts = Number(message.headers['content-length']) <= SHORT ? whole(message) : inParts(message);
  let text = '';
  for (let looksForList = true; ;) {
    const part = await next(parts);
    if (part === undefined) return parseTaskRequest(text);
    text += part;
    if (text.length > limit) throw new BodyTooLargeError(limit);
    if (!looksForList) continue;
    const list = INPUT_LIST.exec(text);
    looksForList = !list && text.length < LONGEST_HEAD;
    if (!list) continue;
    const request = parseTaskRequest(`${text.slice(0, list.index)},"input":null}`);
    if (request.task.kind !== 'reduce') continue;
    return { ...request, input: new OutcomeStream(parts, text.slice(list.index + list[0].length), limit) };
  }
}

async function* whole(message: IncomingMessage): AsyncGenerator<string> {
  yield await readBody(message, SHORT);
}

function inParts(message: IncomingMessage): AsyncIterator<string> {
  message.setEncoding('utf8');
  return message.iterator({ destroyOnReturn: false }) as AsyncIterator<string>;
}

/** The next part, unless the signal aborts before it has come: a map may take hours to its next outcome. */
function nextUnless(signal: AbortSignal, parts: AsyncIterator<string>): Promise<string | undefined> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    next(parts)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

async function next(parts: AsyncIterator<string>): Promise<string | undefined> {
  const { value, done } = await parts.next();
  return done ? undefined : (value as string);
}
