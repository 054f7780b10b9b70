import type { OutsideItems } from '@agentainer/core';

/** Reads items from outside of the instance. */
export interface ItemReader {
  /**
   * Items as JSON texts, one after the other; never all of them are held.
   * @throws {ItemSourceError} @throws {InvalidInputError} where what is read is not of its format
   */
  read(source: OutsideItems): AsyncIterable<string>;
}

/** Items cannot be had. `mayPass`: it may be different a moment later. */
export class ItemSourceError extends Error {
  constructor(
    readonly code: 'ITEMS_FORBIDDEN' | 'ITEMS_UNAVAILABLE',
    message: string,
    readonly mayPass = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ItemSourceError';
  }
}
