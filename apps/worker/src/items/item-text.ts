import { InvalidInputError, LIMITS } from '@agentainer/core';

/** Bytes of a source, at most: with what stands between its items it may be longer than they are. */
const MOST_BYTES = 4 * LIMITS.itemsBytes;

/** Text that is read piece by piece, with how much of it was read. */
export class ItemText {
  /** Bytes read so far. */
  read = 0;

  constructor(private readonly bytes: AsyncIterable<Uint8Array>) {}

  /** @throws {InvalidInputError} where it is not UTF-8, or is too long */
  async *pieces(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const decode = (chunk?: Uint8Array) => {
      try {
        return decoder.decode(chunk, { stream: chunk !== undefined });
      } catch {
        throw invalid(`they are not text in UTF-8 (before byte ${this.read})`);
      }
    };
    for await (const chunk of this.bytes) {
      this.read += chunk.byteLength;
      if (this.read > MOST_BYTES) throw invalid(`they come from more than ${MOST_BYTES} bytes`);
      yield decode(chunk);
    }
    yield decode();
  }
}

export function invalid(message: string): InvalidInputError {
  return new InvalidInputError([{ path: '', message }]);
}
