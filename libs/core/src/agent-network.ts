import { z } from 'zod';
import { egressPatternSchema } from './egress-pattern.js';
import { LIMITS } from './limits.js';

/** An agent reaches nothing but its gateway, and the services that its host's operator gives all agents. */
export const NO_NETWORK = 'none';
/** An agent reaches a proxy, which reaches the hosts that its pool lists. */
export const EGRESS_NETWORK = 'egress';

/** The name of a network as an engine has it; never one by which it means something of its host. */
export const NETWORK_NAME = /^[a-zA-Z0-9][\w.-]{0,62}$/;

/** What a pool's configuration may say of its agents' network. */
export const networkFields = {
  network: z
    .string()
    .regex(NETWORK_NAME, 'must be "none", "egress" or the name of a network')
    .default(NO_NETWORK),
  egress: z.array(egressPatternSchema).min(1).max(LIMITS.egress).optional(),
};

/** The hosts are listed where the network is `egress`, and nowhere else. */
export function listsItsHosts({ network, egress }: { network: string; egress?: unknown }): boolean {
  return (network === EGRESS_NETWORK) === (egress !== undefined);
}
export const HOSTS_UNLISTED = {
  path: ['egress'],
  message: 'must be given where network is "egress", and nowhere else',
};
