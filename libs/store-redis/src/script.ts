import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** Lua sources live beside their wrappers; compiled code reads them from there too. */
const SOURCES = new URL('../src/scripts/', import.meta.url);
const INCLUDE = /^--- @include "([a-z-]+)"$/gm;

/** One Lua script, run by its hash and sent whole only where Redis does not know it (yet, or any more). */
export class Script {
  private readonly source: string;
  private readonly sha: string;

  /** @param name of `<name>.lua`; its lines `--- @include "x"` stand for `includes/x.lua`. */
  constructor(name: string) {
    this.source = read(`${name}.lua`).replace(INCLUDE, (_, part: string) => read(`includes/${part}.lua`));
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  async run(redis: Redis, keys: string[], args: (string | number)[]): Promise<unknown> {
    // One array, not spread over a call's arguments: a state value may have 100,000 elements.
    const given = [this.sha, keys.length, ...keys, ...args];
    try {
      return await redis.call('evalsha', given);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      given[0] = this.source;
      return redis.call('eval', given);
    }
  }
}

function read(file: string): string {
  return readFileSync(new URL(file, SOURCES), 'utf8').trimEnd();
}
