import type { AgentNeed, HostStanding, PoolOutlook, PoolStanding } from './pool-outlook.js';
import type { HostWaitReason, PoolWaitReason, StartFailureReason } from './wait-reason.js';

/** A pool on a host that may have agents of it, as somebody sees it who needs one. */
interface Sight extends PoolStanding {
  on: HostStanding;
  /** Idle agents that may serve who needs one. */
  usable: number;
  now: number;
}

/** Why agents do not start, by the code of the latest failure; any other one is of an agent that does not come up. */
const START_FAILURES: Record<string, StartFailureReason['reason']> = {
  IMAGE_NOT_FOUND: 'image_missing',
  IMAGE_PULL_FAILED: 'pull_failed',
  AGENT_REFUSED: 'not_permitted',
  NETWORK_NOT_FOUND: 'network_missing',
  ENGINE_AWAY: 'engine_away',
};

/** What can be said of a pool on one host: the first that holds is why it gives no agent. */
const REASONS: readonly ((sight: Sight) => HostWaitReason | 'queued' | undefined)[] = [
  ({ on, ...at }) => (on.workers === 0 ? { reason: 'no_worker', ...place(at) } : undefined),
  // Its share is elsewhere: this one has nothing to give, and nobody in line.
  (at) => (at.onTrial ? startFailure(at) : undefined),
  ({ usable }) => (usable > 0 ? 'queued' : undefined),
  (at) => {
    const busy = at.agents.leased + at.agents.cleaning + at.agents.draining;
    const size = at.share.max_size;
    return busy >= size ? { reason: 'pool_full', ...place(at), busy, size, ...inLine(at) } : undefined;
  },
  (at) => (at.pullingUntil > at.now ? { reason: 'image_pulling', ...place(at), ...inLine(at) } : undefined),
  startFailure,
  (at) => {
    const { creating: starting } = at.agents;
    if (starting === 0) return undefined;
    return { reason: 'agents_starting', ...place(at), starting, ...pressure(at), ...inLine(at) };
  },
  (at) => {
    const { retiring, draining } = at.agents;
    if (retiring === 0 || hasRoom(at)) return undefined;
    const size = at.share.max_size;
    return { reason: 'agents_ending', ...place(at), ending: retiring + draining, size, ...inLine(at) };
  },
  // Nobody in line here: a worker has to take the lane first.
  ({ waiting }) => (waiting === 0 ? 'queued' : undefined),
  (at) => {
    const { idle } = at.agents;
    if (hasRoom(at)) return undefined;
    return { reason: 'reuse', ...place(at), idle, size: at.share.max_size, ...inLine(at) };
  },
  (at) => ({ reason: 'start_pending', ...place(at), ...pressure(at), ...inLine(at) }),
];

/** Why a need of an agent is not met at present: one reason for the pool, or one for each of its hosts. */
export function poolWait({ pool, realm }: AgentNeed, outlook: PoolOutlook, now: number): PoolWaitReason[] {
  const { hosts } = outlook;
  const known = outlook.pools.filter(({ id }) => id === pool);
  const agents = known.reduce((sum, standing) => sum + agentsOf(standing), 0);
  if (hosts.length === 0) return [{ reason: 'no_host', pool }];
  if (known.some(({ drained }) => drained)) return [{ reason: 'pool_drained', pool, agents }];
  if (hosts.every(({ isDrained }) => isDrained))
    return [{ reason: 'hosts_drained', pool, hosts: hosts.map(({ name }) => name) }];
  const sights = known.flatMap((standing): Sight[] => {
    const on = hosts.find(({ name }) => name === standing.host);
    const usable = standing.idleFor.get(realm) ?? 0;
    const counts = standing.share.max_size > 0 || (standing.onTrial && standing.error);
    return on && counts ? [{ ...standing, on, usable, now }] : [];
  });
  if (sights.length === 0) return [{ reason: 'no_share', pool, agents }];
  const reasons = sights.map(onHost);
  // One host that has an agent, or soon will, is enough: then only a worker is missing.
  if (reasons.every((reason) => reason !== 'queued')) return reasons;
  const workers = sights.reduce((sum, { on, onTrial }) => sum + (onTrial ? 0 : on.workers), 0);
  return [{ reason: 'queued', pool, workers }];
}

/** Of why agents do not start, what keeps a need from being met on every host, also where no task is in line at present. */
export function startFailures(need: AgentNeed, outlook: PoolOutlook, now: number): PoolWaitReason[] {
  return poolWait(need, outlook, now).filter((why) => 'failures' in why);
}

function onHost(sight: Sight): HostWaitReason | 'queued' {
  for (const reason of REASONS) {
    const why = reason(sight);
    if (why !== undefined) return why;
  }
  return 'queued';
}

/** Also while the one start after the wait shows whether starts work again. */
function startFailure(at: Sight): StartFailureReason | undefined {
  const { error, failures, retryAt, onTrial: shareIsElsewhere } = at;
  const goesOn = retryAt > at.now || at.waiting + at.agents.creating > 0 || shareIsElsewhere;
  if (!error || !goesOn) return undefined;
  const reason = START_FAILURES[error.code] ?? 'pool_broken';
  return { reason, ...place(at), error, failures, retryAt, shareIsElsewhere, ...inLine(at) };
}

function hasRoom(at: Sight): boolean {
  return agentsOf(at) < at.share.max_size;
}

function agentsOf({ agents }: PoolStanding): number {
  return Object.values(agents).reduce((sum, count) => sum + count, 0);
}

function place({ id: pool, host }: Pick<Sight, 'id' | 'host'>) {
  return { pool, host };
}

function inLine({ waiting: lanesWaiting }: Sight) {
  return { lanesWaiting };
}

function pressure({ on }: Sight) {
  return { hostPressure: on.pressure };
}
