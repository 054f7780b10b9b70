import { InvalidInputError } from '@agentainer/core';

/** The kernel's limit for the path of a Unix socket, in bytes, without the closing zero. */
const LIMIT = 107;

/** `path`, where a socket can have it. @throws {InvalidInputError} */
export function requireShortPath(path: string): string {
  if (Buffer.byteLength(path) <= LIMIT) return path;
  throw new InvalidInputError([
    { path: 'data directory', message: `is too long: the socket ${path} must have at most ${LIMIT} bytes` },
  ]);
}
