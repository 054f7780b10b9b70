import { type HostSigns, SILENCE_MS } from './host-port.js';

/** After a longer pause between two looks nobody can tell who was silent meanwhile. */
const LONGEST_PAUSE_MS = 3_000;

/** How hosts stand. */
export interface HostStanding {
  /** Hosts whose agents and workers can be counted on: pools are divided among them. */
  serving: string[];
  /** Hosts that are gone: nothing was heard of them for too long, or they left. */
  lost: HostSigns[];
}

interface Seen {
  heardAt: number;
  /** When it was last heard of, by the watch's own clock. */
  since: number;
  /** The same of any worker there. */
  workerSince: number;
}

/**
 * Tells which hosts are gone, by its own clock and only by what it saw itself: where nobody was watching, be it that Redis was
 * away, nobody counts as silent.
 */
export class HostWatch {
  private seen = new Map<string, Seen>();
  private lookedAt = -Infinity;

  /** @param now milliseconds of a clock that only goes forward */
  look(hosts: readonly HostSigns[], now = performance.now()): HostStanding {
    const isFirst = now - this.lookedAt > LONGEST_PAUSE_MS;
    if (isFirst) this.seen.clear();
    this.lookedAt = now;
    // A host that comes has a share once it has a worker; one that was there when the watch began is trusted to have one.
    const before = isFirst ? now : -Infinity;
    this.seen = new Map(hosts.map((host) => [host.name, this.update(host, now, before)]));
    const isLost = ({ name, heardAt }: HostSigns) =>
      heardAt === 0 || now - this.seen.get(name)!.since >= SILENCE_MS;
    const usable = hosts.filter((host) => !isLost(host) && !host.isDrained).map(({ name }) => name);
    const withWorkers = usable.filter((name) => now - this.seen.get(name)!.workerSince < SILENCE_MS);
    return { serving: withWorkers.length > 0 ? withWorkers : usable, lost: hosts.filter(isLost) };
  }

  private update({ name, heardAt, workers }: HostSigns, now: number, before: number): Seen {
    const last = this.seen.get(name);
    const since = last?.heardAt === heardAt ? last.since : now;
    return { heardAt, since, workerSince: workers > 0 ? now : (last?.workerSince ?? before) };
  }
}
