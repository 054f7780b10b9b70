import type { IncomingMessage } from 'node:http';

/** The message is longer than its reader takes. */
export class BodyTooLargeError extends Error {
  constructor(readonly limitBytes: number) {
    super(`the body is larger than ${limitBytes} bytes`);
    this.name = 'BodyTooLargeError';
  }
}

/** A whole HTTP body as text. @throws {BodyTooLargeError}, or the connection's error */
export function readBody(message: IncomingMessage, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        message.pause();
        message.removeAllListeners('data');
        reject(new BodyTooLargeError(limitBytes));
      } else {
        chunks.push(chunk);
      }
    });
    message.on('end', () => {
      resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)).toString());
    });
    message.on('error', reject);
    message.on('close', () => {
      if (!message.complete) reject(new Error('the connection closed within the body'));
    });
  });
}
