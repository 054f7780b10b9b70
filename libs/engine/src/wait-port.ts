import type { Json } from '@agentainer/core';
import type { WaitEnd } from './waits.js';

/** `unknown`: there is no such run; `full`: it keeps too many signals that no step waits for. */
export type SignalAnswer = 'ok' | 'unknown' | 'ended' | 'full';

/** A step whose wait may be over; the record decides. */
export interface DueWait {
  runId: string;
  step: string;
  /** Milliseconds since 1970, by Redis's clock. */
  dueAt: number;
}

/** The part of the run record that is about waits, and an index of those that end by time. */
export interface WaitStore {
  /** Lets a pending step wait, since and until a time in milliseconds since 1970; for ever, where that has no end. Harmless when repeated. */
  beginWait(runId: string, step: string, since: number, dueAt?: number): Promise<void>;
  /** Ends the wait of a step. False where it does not wait, or its signal has ended another wait. */
  endWait(runId: string, step: string, end: WaitEnd): Promise<boolean>;
  /** Keeps a signal for the step that waits for it, or will. */
  sendSignal(runId: string, name: string, data: Json): Promise<SignalAnswer>;
  /** Keeps the hash of a token for an approval; when it stops to count, or undefined where the step does not wait. */
  putApprovalLink(runId: string, step: string, hash: string, ttlMs: number): Promise<number | undefined>;
  /** The hash of the token that counts. */
  approvalLink(runId: string, step: string): Promise<string | undefined>;
  /** Waits whose time has come, the longest overdue first. */
  dueWaits(limit: number): Promise<{ now: number; waits: DueWait[] }>;
  /** Has a wait looked at at another time, or no more. */
  rescheduleWait(runId: string, step: string, dueAt: number | undefined): Promise<void>;
}
