import type { TaskError } from '@agentainer/core';
import type { Lease } from './ports.js';

export type TicketAnswer =
  { kind: 'leased'; lease: Lease } | { kind: 'busy' } | { kind: 'broken'; error: TaskError };

/** A place in the line for an agent. The first answer counts; a lease that comes later is only noted. */
export class Ticket {
  readonly answer: Promise<TicketAnswer>;
  /** Whether a call that asks for it is under way. */
  asking = false;
  private settled = false;
  private granted: Lease | undefined;
  private resolve!: (answer: TicketAnswer) => void;

  constructor(
    readonly id: string,
    readonly poolId: string,
    /** By how many milliseconds it counts as come later than it did. */
    readonly behindMs = 0,
  ) {
    this.answer = new Promise((resolve) => (this.resolve = resolve));
  }

  get open(): boolean {
    return !this.settled;
  }

  /** The lease that it was granted, whether or not that was its answer. */
  get lease(): Lease | undefined {
    return this.granted;
  }

  settle(answer: TicketAnswer): void {
    if (answer.kind === 'leased') this.granted ??= answer.lease;
    this.settled = true;
    this.resolve(answer);
  }
}
