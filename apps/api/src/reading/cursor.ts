import { InvalidInputError } from '@agentainer/core';
import type { z } from 'zod';

/** Says where a list goes on: opaque to clients, and good only for the list that gave it. */
export class Cursor<T extends z.ZodType> {
  constructor(
    private readonly list: string,
    private readonly position: T,
  ) {}

  write(position: z.input<T>): string {
    return Buffer.from(JSON.stringify([this.list, position])).toString('base64url');
  }

  /** Undefined at the begin of the list. @throws {InvalidInputError} for what this list did not give. */
  read(cursor: string | undefined): z.output<T> | undefined {
    if (cursor === undefined) return undefined;
    const [list, position] = decode(cursor);
    const parsed = this.position.safeParse(position);
    if (list === this.list && parsed.success) return parsed.data;
    throw new InvalidInputError([{ path: 'cursor', message: 'is not a cursor that this list gave' }]);
  }
}

function decode(cursor: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
