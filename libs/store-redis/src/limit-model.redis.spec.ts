import type { LimitSlots } from '@agentainer/engine';
import { RedisLimitStore } from './limit-store.js';
import { newKeys, testRedis } from './redis.fixture.js';

const ROUNDS = 20;
const STEPS = 300;
const LANES = 12;
const TIMES = { ttlMs: 60_000, leastMs: 1, mostMs: 10_000, graceMs: 50_000 };

const redis = testRedis();

/** A small generator of which a seed decides everything (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Limit = LimitSlots['limits'][number];

/** Longer than any test: nothing drips, and no waiting makes up for a priority. */
const HOUR_MS = 3_600_000;
const rate = (burst: number) => ({ count: 1, perMs: HOUR_MS, burst });

/** What the limits must answer, by the rules alone. */
class Model {
  readonly held = new Map<string, Set<string>>();
  /** Tokens of the limits that have a rate; none drips while the test lasts. */
  readonly tokens = new Map<string, number>();
  /** Tickets by priority and by when they came first, and the limits in whose lines they stand. */
  readonly line: { ticket: string; behind: number; at: Set<string> }[] = [];

  take(ticket: string, holder: string, behind: number, limits: Limit[]): 'taken' | 'wait' {
    const mine = this.line.findIndex((entry) => entry.ticket === ticket);
    const before = mine < 0 ? this.line.filter((entry) => entry.behind <= behind) : this.line.slice(0, mine);
    const full = limits.findIndex(({ id, maxParallel = Infinity }) => {
      const ahead = before.filter(({ at }) => at.has(id)).length;
      return ahead >= Math.min(maxParallel - this.holders(id).size, this.tokens.get(id) ?? Infinity);
    });
    if (full < 0) {
      this.leave(ticket);
      this.spend(limits, 1);
      for (const { id } of limits) this.holders(id).add(holder);
      return 'taken';
    }
    const at = new Set(limits.slice(0, full + 1).map(({ id }) => id));
    if (mine < 0) this.line.splice(before.length, 0, { ticket, behind, at });
    else this.line[mine]!.at = at;
    return 'wait';
  }

  token(limits: Limit[]): boolean {
    if (limits.some(({ id }) => this.tokens.get(id) === 0)) return false;
    this.spend(limits, 1);
    return true;
  }

  spend(limits: Limit[], count: number): void {
    for (const { id } of limits) if (this.tokens.has(id)) this.tokens.set(id, this.tokens.get(id)! - count);
  }

  end(holder: string): void {
    for (const holders of this.held.values()) holders.delete(holder);
  }

  leave(ticket: string): void {
    const mine = this.line.findIndex((entry) => entry.ticket === ticket);
    if (mine >= 0) this.line.splice(mine, 1);
  }

  holders(id: string): Set<string> {
    const holders = this.held.get(id) ?? new Set();
    this.held.set(id, holders);
    return holders;
  }
}

it.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))(
  'keeps every bound and the order of arrival whoever dies, by the model (seed %i)',
  async (seed) => {
    const below = randomOf(seed);
    const keys = newKeys();
    const store = new RedisLimitStore(redis, keys, TIMES);
    const model = new Model();
    const bounds: Limit[] = [
      { id: 'key:a', maxParallel: 1 + below(2) },
      { id: 'key:b', maxParallel: 1 + below(3), rate: rate(20 + below(20)) },
      { id: 'workflow:w', maxParallel: seed % 2 ? undefined : 1 + below(4), rate: rate(40 + below(40)) },
      { id: 'global', maxParallel: 1 + below(5) },
    ];
    for (const { id, rate } of bounds) if (rate) model.tokens.set(id, rate.burst);
    /** Any of the limits, the narrowest first, as a lane always has them. */
    const limitsOf = (lane: number) => bounds.filter((_, i) => i === 3 || ((lane + 1) >> i) & 1);
    /** Lanes that hold slots: as whom, and whether they have not spent their tokens. */
    const working = new Map<number, { holder: string; unspent: boolean }>();
    for (let step = 0; step < STEPS; step++) {
      const lane = below(LANES);
      const limits = limitsOf(lane);
      const ticket = `t${lane}`;
      const work = working.get(lane);
      const holder = work?.holder;
      const action = below(10);
      if (holder === undefined && action < 8) {
        const behindMs = (lane % 3) * HOUR_MS;
        const slots = { ticket, holder: `h${step}`, behindMs, limits };
        const answer = await store.take(slots);
        // As where an answer was lost and the request is sent again.
        if (below(4) === 0) await store.take(slots);
        expect([step, answer.kind]).toEqual([step, model.take(ticket, slots.holder, behindMs, limits)]);
        if (answer.kind === 'taken') working.set(lane, { holder: slots.holder, unspent: true });
      } else if (holder === undefined) {
        // The lane has nothing left to do, or died in line.
        if (action === 8) await store.release({ ticket, holder: 'none', limits });
        else for (const { id } of limits) await redis.zadd(`${keys.limits()}:${id}:until`, 'XX', 1, ticket);
        model.leave(ticket);
      } else if (action < 3) {
        const { unspent } = work!;
        await store.release({ ticket, holder, limits }, { unspent });
        if (below(4) === 0) await store.release({ ticket, holder, limits }, { unspent });
        if (unspent) model.spend(limits, -1);
        model.end(holder);
        working.delete(lane);
      } else if (action < 7) {
        if (!work!.unspent) {
          work!.unspent = model.token(limits);
          expect([step, await store.takeToken({ ticket, holder, limits })]).toEqual([step, work!.unspent]);
        }
        if (action < 5) work!.unspent = false;
      } else if (action < 8) {
        for (const { id } of limits) await redis.zadd(`${keys.limits()}:${id}:held`, 'XX', 1, holder);
        expect(await store.renew({ ticket, holder, limits })).toBe(false);
        model.end(holder);
        working.delete(lane);
      } else expect(await store.renew({ ticket, holder, limits })).toBe(true);
      for (const { id, held } of await store.standings(bounds.map(({ id }) => id))) {
        expect([step, id, held]).toEqual([step, id, model.holders(id).size]);
        const { maxParallel = Infinity } = bounds.find((limit) => limit.id === id)!;
        expect(held).toBeLessThanOrEqual(maxParallel);
      }
    }
  },
);
