/** How many attempts may begin: a bucket of `burst` tokens, into which `count` drip in `perMs` milliseconds. */
export interface Rate {
  count: number;
  perMs: number;
  burst: number;
}

/** A limit on lanes that work at once, or on the attempts that they begin, as it applies to a run. */
export interface AppliedLimit {
  /** The same for all runs that share its slots. */
  id: string;
  kind: 'global' | 'workflow' | 'key';
  maxParallel?: number;
  rate?: Rate;
  /** The expression and what it came to for this run, of a limit of the kind `key`. */
  key?: string;
  value?: string;
}

/** What a lane asks for: a slot of each limit that applies to it, and a token of each that has a rate. */
export interface LimitSlots {
  /** The lane's place in line, the same each time that it comes. */
  ticket: string;
  /** Who holds the slots, another one each time that they are asked for. */
  holder: string;
  /** By how many milliseconds the lane counts as come later than it did, or earlier where it is negative. */
  behindMs?: number;
  /** At least one, the narrowest first. A lane keeps its place at those before the one that it waits for. */
  limits: readonly Pick<AppliedLimit, 'id' | 'maxParallel' | 'rate'>[];
}

export type SlotAnswer =
  | { kind: 'taken' }
  /** It stands in line, and is to come again after so many milliseconds; `called` are tickets whose turn it is. */
  | { kind: 'wait'; inMs: number; called: string[] };

/** How a limit stands: lanes that hold its slots, and lanes that wait for one. */
export interface LimitStanding {
  id: string;
  held: number;
  waiting: number;
  /** When the bucket of its rate is full again, in milliseconds of Redis's clock; 0 where it is. */
  fullAt?: number;
}

/** Who holds the slots of limits, and who waits for them. Each call is one script and one round trip. */
export interface LimitStore {
  /** How long slots live unless renewed, in milliseconds. */
  readonly ttlMs: number;
  /**
   * Takes a slot of all limits, and a token of those that have a rate, or nothing. The same holder again gets the
   * same slots.
   */
  take(slots: LimitSlots): Promise<SlotAnswer>;
  /** Takes one more token of each limit that has a rate, of all or of none; false where there is none. */
  takeToken(slots: LimitSlots): Promise<boolean>;
  /** False where the slots have ended. */
  renew(slots: LimitSlots): Promise<boolean>;
  /**
   * Gives back slots and places in line, and the tokens taken last where they are not spent; the tickets whose turn it
   * is then. Harmless when repeated.
   */
  release(slots: LimitSlots, options?: { unspent?: boolean }): Promise<string[]>;
  /** Of the limits named, or of those used within the last hour, the latest 1,000. */
  standings(ids?: readonly string[]): Promise<LimitStanding[]>;
  /** Tells people how many lanes of the whole instance may work at once; 0 for any number. */
  announceGlobal(maxParallel: number): Promise<void>;
  /** What was announced last. */
  global(): Promise<number>;
}

/** Brings lanes back that were to come again later. May lose a message: they come again by themselves. */
export interface LaneWaker {
  wake(ticket: string): Promise<void>;
}
