import type { Lease, LeaseStore } from './ports.js';

/** A lease in use. It is lost when a renewal is refused, or none has got through for its time to live. */
export class HeldLease {
  private readonly abort = new AbortController();
  private expiry: NodeJS.Timeout | undefined;
  private renewing = false;
  private ended = false;

  constructor(
    readonly lease: Lease,
    private readonly ttlMs: number,
    private readonly onLost: () => void,
  ) {
    this.expireIn(ttlMs);
  }

  /** Aborts when the lease is lost; the agent must not be used from then on. */
  get lost(): AbortSignal {
    return this.abort.signal;
  }

  /** Never throws: what fails is tried again, until the time is over. */
  async renew(store: LeaseStore): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    const asked = performance.now();
    try {
      const renewed = await store.renew(this.lease, this.ttlMs);
      if (this.ended) return;
      if (renewed) this.expireIn(asked + this.ttlMs - performance.now());
      else this.lose();
    } catch {
      // The expiry decides.
    } finally {
      this.renewing = false;
    }
  }

  /** The lease is given back: nothing will be lost any more. */
  end(): void {
    this.ended = true;
    clearTimeout(this.expiry);
  }

  private expireIn(ms: number): void {
    clearTimeout(this.expiry);
    this.expiry = setTimeout(() => this.lose(), ms);
  }

  private lose(): void {
    this.end();
    this.abort.abort();
    this.onLost();
  }
}
