import type { HostShare } from './host-port.js';

/** An engine that is away for less than that is being restarted: nothing goes elsewhere for that. */
const AWAY_MS = 10_000;
/** How long a host has to be able to start agents until it gets its share back, where it could not a while ago already; twice as long each time, up to the last. */
const FIRST_CALM_MS = 10_000;
const LONGEST_CALM_MS = 300_000;
/** For how long that is remembered of a host that has its share back. */
const REMEMBERED_MS = 600_000;

interface Seen {
  /** Without its share, for agents do not start there. */
  isOut: boolean;
  /** Since when it has had the trouble that it has, or has had none. */
  since: number;
  inTrouble: boolean;
  /** How often it was out. */
  times: number;
  lookedAt: number;
}

/**
 * Tells on which hosts agents of a pool start, by its own clock and by what it saw itself. A host where they don't is out
 * at once, and back once it has been able to for a while: at first none, so that a mended image is of use at once, and longer each
 * time that it did not last, so that shares do not move to and fro.
 */
export class StartWatch {
  private readonly seen = new Map<string, Seen>();

  /** Of these hosts those where agents of the pool start; all of them where they start on none. */
  able(poolId: string, serving: readonly string[], shares: readonly HostShare[], now: number): string[] {
    const out = new Set(
      shares
        .filter(({ host }) => serving.includes(host))
        .filter((share) => this.isOut(`${poolId} ${share.host}`, share, now))
        .map(({ host }) => host),
    );
    const able = serving.filter((host) => !out.has(host));
    return able.length > 0 ? able : [...serving];
  }

  /** Drops what was not asked for any more, and what is long over. To be called once in a while. */
  forget(now: number): void {
    for (const [key, { isOut, since, lookedAt }] of this.seen) {
      const isOver = !isOut && now - since >= REMEMBERED_MS;
      if (isOver || now - lookedAt >= REMEMBERED_MS) this.seen.delete(key);
    }
  }

  private isOut(key: string, { trouble }: HostShare, now: number): boolean {
    const inTrouble = trouble !== undefined;
    const last = this.seen.get(key);
    if (!last && !inTrouble) return false;
    const seen = last ?? { isOut: false, since: now, inTrouble, times: 0, lookedAt: now };
    if (seen.inTrouble !== inTrouble) Object.assign(seen, { inTrouble, since: now });
    seen.lookedAt = now;
    const lasted = now - seen.since;
    if (!seen.isOut && (trouble === 'starts_fail' || (trouble === 'engine_away' && lasted >= AWAY_MS))) {
      seen.isOut = true;
      seen.times += 1;
    } else if (seen.isOut && !inTrouble && lasted >= calmAfter(seen.times)) {
      seen.isOut = false;
      seen.since = now;
    }
    this.seen.set(key, seen);
    return seen.isOut;
  }
}

function calmAfter(times: number): number {
  return times < 2 ? 0 : Math.min(FIRST_CALM_MS * 2 ** (times - 2), LONGEST_CALM_MS);
}
