import { createHash } from 'node:crypto';
import type { GivenShare, HostShare, Share } from './host-port.js';

/** Gives a host that share. */
export interface ShareChange extends GivenShare {
  host: string;
}

/**
 * Divides `count` as evenly as whole numbers allow. What cannot be divided goes to those that come first in an order that
 * is another one for each `key`, and in which nobody changes places where others come and go (rendezvous hashing).
 */
export function divideAmong(count: number, names: readonly string[], key: string): Map<string, number> {
  const order = [...names].sort((a, b) => (rank(key, a) < rank(key, b) ? -1 : 1));
  const [each, rest] = [Math.floor(count / order.length), count % order.length];
  return new Map(order.map((name, i) => [name, each + (i < rest ? 1 : 0)]));
}

/**
 * The shares of a pool that hosts should have; who is not named should have none.
 * @param onTrial hosts that would have a share, too, if agents started there
 */
export function targetShares(
  poolId: string,
  size: Share,
  hosts: readonly string[],
  onTrial: readonly string[] = [],
): Map<string, GivenShare> {
  const least = divideAmong(size.min_size, hosts, poolId);
  const most = divideAmong(size.max_size, hosts, poolId);
  const shareOf = (host: string) => ({
    min_size: least.get(host)!,
    max_size: most.get(host)!,
    onTrial: false,
  });
  return new Map([
    ...hosts.map((host) => [host, shareOf(host)] as const),
    ...onTrial.map((host) => [host, { ...NONE, onTrial: size.max_size > 0 }] as const),
  ]);
}

const NONE: GivenShare = { min_size: 0, max_size: 0, onTrial: false };

/** Shares that are to become smaller, or that are none in another sense. They come first: what they leave is what others may be given. */
export function smallerShares(shares: readonly HostShare[], targets: Map<string, GivenShare>): ShareChange[] {
  return shares
    .map((now) => ({ now, target: targets.get(now.host) ?? NONE }))
    .filter(({ now, target }) => {
      const isOtherNone = target.max_size === 0 && now.onTrial !== target.onTrial;
      return now.max_size > target.max_size || isOtherNone;
    })
    .map(({ now, target }) => ({ host: now.host, ...target }));
}

/**
 * Shares that can become larger, once the smaller ones hold: agents that a host has beyond its share take room until they
 * are gone, so that the pool never has more than `max_size` anywhere.
 */
export function largerShares(
  shares: readonly HostShare[],
  targets: Map<string, GivenShare>,
  max_size: number,
): ShareChange[] {
  let room = max_size - shares.reduce((sum, share) => sum + Math.max(share.max_size, share.agents), 0);
  const changes: ShareChange[] = [];
  for (const { host, ...now } of shares) {
    const target = targets.get(host) ?? NONE;
    // Agents beyond the share were counted; they become part of it.
    const held = Math.max(now.max_size, now.agents);
    const most = Math.min(target.max_size, held + Math.max(0, room));
    if (most > held) room -= most - held;
    const least = Math.min(target.min_size, most);
    if (most > now.max_size || (most === now.max_size && least !== now.min_size))
      changes.push({ host, min_size: least, max_size: most, onTrial: false });
  }
  return changes;
}

function rank(key: string, name: string): string {
  return createHash('sha1').update(`${key}\0${name}`).digest('hex');
}
