import type { LogStream, TaskAddress } from '@agentainer/core';

/** Something that a task printed: the lines of a stream as they come, which may begin and end within a line. */
export interface LogText {
  stream: LogStream;
  text: string;
  /** Bytes that were printed on the stream before it, after what came last, and are nowhere. */
  leftOut: number;
}

/** A part of what an attempt printed, as it is kept. */
export interface LogChunk {
  stream: LogStream;
  /** Bytes that the attempt printed on the stream before it, whether they are kept or not. */
  offset: number;
  text: string;
}

/** The number of an attempt says which it is: no two attempts of a task have the same. */
export interface LogAttempt extends TaskAddress {
  attempt: number;
}

/** A chunk that is kept: what it is called, and what it costs. */
export interface KeptChunk {
  id: string;
  bytes: number;
}

/** The logs of runs, as those who run tasks write them. */
export interface LogStore {
  /**
   * Keeps chunks in the order given, and forgets those that are obsolete; what they are called then. Undefined where the task has
   * begun another attempt, or is no more. Where a run's logs grow too large, the oldest of them go.
   */
  append(
    attempt: LogAttempt,
    chunks: readonly LogChunk[],
    obsolete: readonly KeptChunk[],
  ): Promise<KeptChunk[] | undefined>;
}

/** A chunk as it is read: ids are in the order in which the chunks of a run were written. */
export interface LogRecord extends LogChunk, LogAttempt {
  id: string;
  at: number;
}

/** The logs of runs, as people read them. */
export interface LogReader {
  /** Up to `limit` chunks of a run behind an id, or from a time on, by Redis's clock. */
  after(runId: string, from: { id: string } | { at: number }, limit: number): Promise<LogRecord[]>;
  /** Up to `limit` chunks before an id, or the last ones, the newest first. */
  before(runId: string, id: string | undefined, limit: number): Promise<LogRecord[]>;
}

/** Is told what becomes of what tasks print, in bytes. */
export interface LogObserver {
  kept(bytes: number): void;
  /** `agent`: it left it out; `slow`: more came than could be written; `failed`: it could not be; `late`: another attempt has begun. */
  dropped(reason: 'agent' | 'slow' | 'failed' | 'late', bytes: number): void;
}
