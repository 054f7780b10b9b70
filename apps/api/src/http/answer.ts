import { pipeline } from 'node:stream/promises';
import type { JsonText } from '@agentainer/engine';
import type { Response } from 'express';

/** What a handler answers. */
export interface Answer {
  /** 200 where it is not given. */
  status?: number;
  headers?: Record<string, string>;
  body: object;
  /** One more field of the body, as JSON text that need not be held whole. */
  field?: { name: string; value: JsonText };
}

/** Sends an answer. What is streamed and fails half-way cuts the connection, so that nobody takes it for whole. */
export async function sendAnswer(response: Response, answer: Answer): Promise<void> {
  const { status = 200, headers = {}, body, field } = answer;
  const parts = field && (await begun(withField(JSON.stringify(body), field.name, field.value)));
  response.status(status).set(headers).type('application/json');
  if (!parts) response.send(JSON.stringify(body));
  else if (response.req.method === 'HEAD') response.end();
  else await pipeline(parts, response);
}

/** The text of an object with one more field at its end. */
async function* withField(object: string, name: string, value: JsonText): AsyncGenerator<string> {
  let head = `${object.slice(0, -1)}${object === '{}' ? '' : ','}${JSON.stringify(name)}:`;
  for await (const part of typeof value === 'string' ? [value] : value) {
    yield head + part;
    head = '';
  }
  yield '}';
}

/** The same parts, the first of them already there: what fails at once can still be told with a problem. */
async function begun(parts: AsyncGenerator<string>): Promise<AsyncGenerator<string>> {
  const first = await parts.next();
  return (async function* () {
    if (!first.done) yield first.value;
    yield* parts;
  })();
}
