import type { AgentState, PoolSpec, TaskError } from '@agentainer/core';
import type { AgentRecord, PoolSnapshot, RetireReason } from '@agentainer/pool';
import type { PoolScope } from '../pool-scope.js';
import { Script } from '../script.js';

const script = new Script('pool-snapshot');

type Text = string | null;
type Reply = [now: number, waiting: number[], settings: Text[], agents: Text[][]];

/** Lanes in line of which the realm is looked at, where several may share an agent. */
const LOOK = 256;

/** One consistent reading of a pool on one host. */
export async function snapshotPool(scope: PoolScope, spec: PoolSpec): Promise<PoolSnapshot> {
  const [reply, used] = await Promise.all([
    scope.run(script, spec.id, [spec.config.agent_concurrency > 1 ? LOOK : 0]),
    scope.redis.zscore(scope.keys.poolsUsed(), spec.id),
  ]);
  const [now, waiting, settings, agents] = reply as Reply;
  const [warm, warmUntil, error, retryAt, failures, minSize, maxSize, trial] = settings;
  return {
    spec,
    share: { min_size: Number(minSize ?? 0), max_size: Number(maxSize ?? 0) },
    now,
    lastUsed: Number(used ?? now),
    waiting: waiting.reduce((sum, lanes) => sum + lanes, 0),
    waitingByRealm: waiting,
    agents: agents.map(readAgent),
    warm: Number(warm ?? 0),
    warmUntil: Number(warmUntil ?? 0),
    ...(error ? { error: JSON.parse(error) as TaskError } : {}),
    retryAt: Number(retryAt ?? 0),
    failures: Number(failures ?? 0),
    onTrial: trial === '1',
  };
}

function readAgent(fields: Text[]): AgentRecord {
  const [id, state, directory, uses, createdAt, since, leases, reason, realm] = fields;
  return {
    id: id!,
    state: state as AgentState,
    directory: directory!,
    uses: Number(uses),
    createdAt: Number(createdAt),
    since: Number(since),
    leases: readLeases(leases),
    ...(reason ? { reason: reason as RetireReason } : {}),
    realm: realm ?? '',
  };
}

/** When each of an agent's leases ends; as "pool-agent" writes them: `slot|ticket|epoch|when it ends|tasks `. */
function readLeases(text: Text | undefined): number[] {
  const leases = (text ?? '').split(' ').filter((lease) => lease !== '');
  return leases.map((lease) => Number(lease.split('|')[3]));
}
