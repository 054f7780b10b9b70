import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { coversEgress, type EgressPattern } from '@agentainer/core';
import { withDeadline } from '@agentainer/runtime';
import type { Destination } from './destination.js';
import type { ReachableAddresses } from './reachable-addresses.js';

const RESOLVE_MS = 5_000;

/** The addresses of a name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

const resolveName: Resolve = (host) => promisify(lookup)(host, { all: true });

/** Nothing leads there for this agent. */
export class EgressDeniedError extends Error {}

/** Decides where the agents of a pool may get to, and by which addresses. */
export class EgressGate {
  /** @param lists a destination has to be in each of them */
  constructor(
    private readonly lists: readonly (readonly EgressPattern[])[],
    private readonly reachable: ReachableAddresses,
    private readonly resolve: Resolve = resolveName,
  ) {}

  /**
   * The addresses to connect to: the name is not looked up again, so that it cannot mean another one by then.
   * @throws {EgressDeniedError} where the agent may not get there, an error where the name cannot be looked up
   */
  async admit(destination: Destination): Promise<LookupAddress[]> {
    const { host, port } = destination;
    const isListed = this.lists.every((list) =>
      list.some((pattern) => coversEgress(pattern, { host, port })),
    );
    if (!isListed)
      throw new EgressDeniedError(
        `${host}:${port} is not among the hosts that agents of this pool may reach`,
      );
    const found = await this.addressesOf(host);
    const allowed = found.filter(({ address }) => this.reachable.allow(address));
    if (allowed.length > 0) return allowed;
    const addresses = found.map(({ address }) => address).join(', ');
    throw new EgressDeniedError(`${host}:${port} is at ${addresses}, which agents may not reach`);
  }

  private async addressesOf(host: string): Promise<LookupAddress[]> {
    const bare = host.replace(/^\[|\]$/g, '');
    const family = isIP(bare);
    if (family !== 0) return [{ address: bare, family }];
    return withDeadline(`looking up ${host}`, RESOLVE_MS, this.resolve(host));
  }
}
