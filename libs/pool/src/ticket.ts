import type { TaskError } from '@agentainer/core';
import type { Lease, LeaseRequest } from './ports.js';

export type TicketAnswer =
  { kind: 'leased'; lease: Lease } | { kind: 'busy' } | { kind: 'broken'; error: TaskError };

/** A place in the line for an agent. The first answer counts; a lease that comes later is only noted. */
export class Ticket {
  readonly answer: Promise<TicketAnswer>;
  /** Whether a call that asks for it is under way. */
  asking = false;
  /** Ends when whoever asked with it has been answered. */
  leasing: Promise<unknown> | undefined;
  /** Whether it had to stand in line. */
  waited = false;
  private settled = false;
  private granted: Lease | undefined;
  private resolve!: (answer: TicketAnswer) => void;

  constructor(readonly request: LeaseRequest) {
    this.answer = new Promise((resolve) => (this.resolve = resolve));
  }

  get id(): string {
    return this.request.ticket;
  }

  get poolId(): string {
    return this.request.poolId;
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
