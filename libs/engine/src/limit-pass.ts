import type { LimitSlots, LimitStore } from './limit-port.js';

/** A lane's right to work: it is lost when a renewal is refused, or none has got through for as long as slots live. */
export interface LimitPass {
  /** Aborts when the right is lost: the lane must not go on then. */
  readonly lost: AbortSignal;
  /** Whether others may be kept waiting by it. */
  readonly limited: boolean;
  /** Whether the lane may begin an attempt, as far as rates go. */
  mayBegin(): Promise<boolean>;
  /** An attempt was begun. */
  begun(): void;
  /** May be called twice. */
  giveBack(): Promise<void>;
}

/** The pass of lanes that nothing limits. */
export const FREE_PASS: LimitPass = {
  lost: new AbortController().signal,
  limited: false,
  mayBegin: () => Promise.resolve(true),
  begun: () => undefined,
  giveBack: () => Promise.resolve(),
};

/** Slots in use. They are renewed until they are given back. */
export class HeldSlots implements LimitPass {
  readonly limited = true;
  private readonly rated: boolean;
  /** Whether an attempt may be begun with what was taken already. */
  private token: boolean;
  private readonly abort = new AbortController();
  private readonly renewal: NodeJS.Timeout;
  private expiry: NodeJS.Timeout;
  private renewing = false;
  private ended = false;
  private givingBack: Promise<void> | undefined;

  /** @param asked when the slots were asked for, by `performance.now()` */
  constructor(
    private readonly slots: LimitSlots,
    private readonly store: Pick<LimitStore, 'renew' | 'takeToken' | 'ttlMs'>,
    private readonly release: (slots: LimitSlots, unspent: boolean) => Promise<void>,
    { renewMs, asked }: { renewMs: number; asked: number },
  ) {
    this.rated = slots.limits.some((limit) => limit.rate !== undefined);
    this.token = this.rated;
    this.renewal = setInterval(() => void this.renew(), renewMs);
    this.expiry = this.expireAfter(asked);
  }

  get lost(): AbortSignal {
    return this.abort.signal;
  }

  giveBack(): Promise<void> {
    this.end();
    this.givingBack ??= this.release(this.slots, this.token);
    return this.givingBack;
  }

  /** Where it cannot be told the lane may not: it comes again. */
  async mayBegin(): Promise<boolean> {
    if (!this.rated) return true;
    this.token ||= await this.store.takeToken(this.slots).catch(() => false);
    return this.token;
  }

  begun(): void {
    this.token = false;
  }

  /** Never throws: what fails is tried again, until the time is over. */
  private async renew(): Promise<void> {
    if (this.renewing) return;
    this.renewing = true;
    const asked = performance.now();
    const renewed = await this.store.renew(this.slots).catch(() => undefined);
    this.renewing = false;
    if (renewed === undefined || this.ended) return;
    clearTimeout(this.expiry);
    if (renewed) this.expiry = this.expireAfter(asked);
    else this.lose();
  }

  private expireAfter(asked: number): NodeJS.Timeout {
    return setTimeout(() => this.lose(), asked + this.store.ttlMs - performance.now());
  }

  private lose(): void {
    this.end();
    this.abort.abort();
  }

  private end(): void {
    this.ended = true;
    clearInterval(this.renewal);
    clearTimeout(this.expiry);
  }
}
