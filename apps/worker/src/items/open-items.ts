import type { ItemFormat } from '@agentainer/core';

/** A source of items that was opened. */
export interface OpenItems {
  bytes: AsyncIterable<Uint8Array>;
  /** Undefined where nothing tells it. */
  format?: ItemFormat;
}
