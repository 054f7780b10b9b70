import type { IncomingMessage } from 'node:http';
import { GatewayError } from './gateway-problem.js';

/** A body that is larger still is not read to its end: the connection is cut. */
const CUT_AT = 8;

/**
 * A request's body. One over the limit is read to its end and thrown away, so that the refusal arrives.
 * @throws {GatewayError} where it has more than `limit` bytes
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = new GatewayError('BODY_TOO_LARGE', `a body has at most ${limit} bytes`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit * CUT_AT) throw tooLarge;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge;
  return Buffer.concat(chunks);
}

/** @throws {GatewayError} */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new GatewayError('INVALID_JSON', 'the body is not JSON');
  }
}
