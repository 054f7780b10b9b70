import { newId, type TaskError } from '@agentainer/core';
import { IdMap, type Logger, PeriodicService, type Service, withDeadline } from '@agentainer/runtime';
import { HeldLease } from './held-lease.js';
import type { Grant, Lease, LeaseEnding, LeaseStore } from './ports.js';
import { Ticket } from './ticket.js';

export interface LeaserOptions {
  store: LeaseStore;
  logger: Logger;
  /** Milliseconds that a lease lives unless renewed. */
  ttlMs?: number;
  /** Milliseconds between renewals. */
  renewMs?: number;
  /** Milliseconds after which a waiting ticket asks again, in case its grant was not heard. */
  askAgainMs?: number;
}

export interface LeaseOptions {
  waitMs: number;
  signal: AbortSignal;
  behindMs?: number;
  priority?: number;
  /** For whom; empty for everybody. */
  realm?: string;
}

export type LeaserAnswer =
  /** `waited`: no agent was idle when it was asked for. */
  | { kind: 'leased'; held: HeldLease; waited: boolean }
  /** No agent became free in time. */
  | { kind: 'busy' }
  /** No agent can be had. */
  | { kind: 'broken'; error: TaskError };

const TTL_MS = 10_000;
const RENEW_MS = 3_000;
const ASK_AGAIN_MS = 1_000;
/** How long a single call to the store may take before the caller goes on without its answer. */
const CALL_DEADLINE_MS = 5_000;
const UNUSED = { uses: 0, suspect: false };

/**
 * A worker's leases: takes them, renews them while they are held, gives them back.
 *
 *     const answer = await leaser.lease('scraper-1f2e3d4c', { waitMs: 2_000, signal });
 *     if (answer.kind === 'leased') {
 *       const { held } = answer; // use held.lease.directory until held.lost aborts
 *       await leaser.release(held, { uses: 3, suspect: false });
 *     }
 *
 * A ticket that has given up may be granted an agent all the same: whatever is granted to nobody is released.
 */
export class Leaser implements Service {
  readonly name = 'leaser';
  private readonly ttlMs: number;
  private readonly askAgainMs: number;
  private readonly renewal: PeriodicService;
  /** By lease id, which is the id of the ticket that asked for it. */
  private readonly waiting = new IdMap<Ticket>();
  private readonly held = new IdMap<HeldLease>();
  private stopListening: (() => void) | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: LeaserOptions) {
    const { logger, ttlMs = TTL_MS, renewMs: intervalMs = RENEW_MS, askAgainMs = ASK_AGAIN_MS } = options;
    this.ttlMs = ttlMs;
    this.askAgainMs = askAgainMs;
    this.renewal = new PeriodicService({ name: 'renewal of leases', intervalMs, logger }, () =>
      this.renewAll(intervalMs),
    );
  }

  async start(): Promise<void> {
    this.stopListening = this.options.store.onGrant((grant) => this.onGrant(grant));
    await this.renewal.start();
  }

  /** Ends all waiting and gives back what is held; agents that are still held may be at work, so they are suspect. */
  stop(): Promise<void> {
    this.stopping ??= this.giveUp();
    return this.stopping;
  }

  /**
   * An agent of the pool, as soon as one is free, for at most `waitMs`; `busy` where the signal aborts. In line it
   * counts as come `behindMs` later than it did, or earlier where that is negative.
   */
  async lease(poolId: string, options: LeaseOptions): Promise<LeaserAnswer> {
    if (this.stopping || options.signal.aborted) return { kind: 'busy' };
    const { realm = '', behindMs = 0, priority } = options;
    const { ttlMs } = this;
    const ticket = new Ticket({ poolId, ticket: newId('lease'), realm, ttlMs, behindMs, priority });
    this.waiting.set(ticket.id, ticket);
    const leasing = this.wait(ticket, options);
    ticket.leasing = leasing;
    try {
      return await leasing;
    } finally {
      this.waiting.delete(ticket.id);
      if (ticket.lease && !this.held.has(ticket.id)) void this.giveBack(ticket.lease, UNUSED);
    }
  }

  /** Whether a lease may go on for another time slice; not where that cannot be told. */
  async keep({ lease }: HeldLease, behindMs: number, othersWait: boolean): Promise<boolean> {
    const asked = this.options.store.keep(lease, behindMs, othersWait);
    return withDeadline('keeping an agent', CALL_DEADLINE_MS, asked).catch(() => false);
  }

  /** Whether its agent ended because the host stops; not where that cannot be told. */
  async hostStops({ lease }: HeldLease): Promise<boolean> {
    const asked = this.options.store.hostStops(lease);
    return withDeadline('asking why an agent ended', CALL_DEADLINE_MS, asked).catch(() => false);
  }

  /** Gives an agent back after so many tasks. A suspect agent is not used again. */
  async release(held: HeldLease, ending: LeaseEnding): Promise<void> {
    if (!this.held.delete(held.lease.id)) return;
    held.end();
    await this.giveBack(held.lease, ending);
  }

  private async wait(ticket: Ticket, { waitMs, signal }: LeaseOptions): Promise<LeaserAnswer> {
    const giveUp = () => ticket.settle({ kind: 'busy' });
    const deadline = setTimeout(giveUp, waitMs);
    const again = setInterval(() => void this.ask(ticket), this.askAgainMs);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      void this.ask(ticket);
      const answer = await ticket.answer;
      if (answer.kind === 'leased')
        return { kind: 'leased', held: this.hold(answer.lease), waited: ticket.waited };
      return answer.kind === 'busy' ? await this.withdraw(ticket, signal) : answer;
    } finally {
      clearTimeout(deadline);
      clearInterval(again);
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async ask(ticket: Ticket): Promise<void> {
    if (ticket.asking || !ticket.open) return;
    ticket.asking = true;
    try {
      const answer = await this.options.store.acquire(ticket.request);
      if (answer.kind === 'leased') this.onLease(answer.lease);
      else if (answer.kind === 'broken') ticket.settle(answer);
      else ticket.waited = true;
    } catch (error) {
      this.options.logger.warn({ err: error, pool: ticket.poolId }, 'asking for an agent failed');
    } finally {
      ticket.asking = false;
    }
  }

  private onGrant(grant: Grant): void {
    const ticket = this.waiting.get(grant.ticket);
    // It may be heard of before the answer that says that the ticket stands in line.
    if (ticket) ticket.waited = true;
    if (grant.kind === 'leased') this.onLease(grant.lease);
    else ticket?.settle(grant);
  }

  /** The same lease may be heard of twice: as an answer and as a grant. */
  private onLease(lease: Lease): void {
    const ticket = this.waiting.get(lease.id);
    if (ticket) ticket.settle({ kind: 'leased', lease });
    else if (this.held.get(lease.id)?.lease.epoch !== lease.epoch) void this.giveBack(lease, UNUSED);
  }

  private hold(lease: Lease): HeldLease {
    const held = new HeldLease(lease, this.ttlMs, () => this.held.delete(lease.id));
    this.held.set(lease.id, held);
    return held;
  }

  /** Takes a ticket out of line that was not answered in time, unless it is granted an agent on the way. */
  private async withdraw(ticket: Ticket, signal: AbortSignal): Promise<LeaserAnswer> {
    const withdrawal = this.options.store.withdraw(ticket.poolId, ticket.id);
    try {
      const lease = await withDeadline('withdrawing a ticket', CALL_DEADLINE_MS, withdrawal);
      if (lease && !signal.aborted && !this.stopping)
        return { kind: 'leased', held: this.hold(lease), waited: true };
      if (lease) await this.giveBack(lease, UNUSED);
    } catch (error) {
      this.options.logger.warn({ err: error, pool: ticket.poolId }, 'a ticket was not withdrawn');
      withdrawal.then((lease) => lease && this.giveBack(lease, UNUSED)).catch(() => undefined);
    }
    return { kind: 'busy' };
  }

  private async giveBack(lease: Lease, ending: LeaseEnding): Promise<void> {
    const release = this.options.store.release(lease, ending);
    await withDeadline('giving an agent back', CALL_DEADLINE_MS, release).catch((error: unknown) =>
      this.options.logger.warn({ err: error, agent: lease.agentId }, 'an agent was not given back'),
    );
  }

  private async renewAll(deadlineMs: number): Promise<void> {
    const renewals = this.held.values().map((held) => held.renew(this.options.store));
    await withDeadline('renewing leases', deadlineMs, Promise.allSettled(renewals));
  }

  private async giveUp(): Promise<void> {
    const waiting = this.waiting.values();
    for (const ticket of waiting) ticket.settle({ kind: 'busy' });
    await Promise.allSettled(waiting.map((ticket) => ticket.leasing));
    await this.renewal.stop();
    const leases = this.held.values();
    await Promise.all(leases.map((held) => this.release(held, { uses: 0, suspect: true })));
    this.stopListening?.();
  }
}
