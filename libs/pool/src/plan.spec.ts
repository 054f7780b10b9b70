import { DEFAULT_POOL_CONFIG, type PoolConfig } from '@agentainer/core';
import fc from 'fast-check';
import { agentsWanted } from './agents-wanted.js';
import { desiredSize, planPool } from './plan.js';
import type { AgentRecord, PoolSnapshot } from './ports.js';

const NOW = 1_000_000;
const IDLE_TIMEOUT = 1_000;

type Change = Partial<Omit<PoolSnapshot, 'spec' | 'share'>> &
  Partial<Pick<PoolConfig, 'min_size' | 'max_size' | 'max_agent_uses' | 'reuse'>> & {
    config?: Partial<PoolConfig>;
  };

function snapshotOf(change: Change): PoolSnapshot {
  const {
    min_size = 0,
    max_size = 4,
    max_agent_uses = 100,
    reuse = 'workflow',
    config: more,
    ...rest
  } = change;
  const config = {
    ...DEFAULT_POOL_CONFIG,
    min_size,
    max_size,
    max_agent_uses,
    reuse,
    idle_timeout: IDLE_TIMEOUT,
    ...more,
  };
  const nothing = { lastUsed: NOW, agents: [], waiting: 0, warm: 0, warmUntil: 0, retryAt: 0, failures: 0 };
  const spec = { id: 'echo-1', image: 'echo', config: { ...config, max_size: Math.max(1, max_size) } };
  return { spec, share: { min_size, max_size }, now: NOW, ...nothing, ...rest };
}

let count = 0;
function agent(state: AgentRecord['state'], change: Partial<AgentRecord> = {}): AgentRecord {
  const rest = { realm: '', createdAt: 0, since: NOW, leases: state === 'leased' ? [NOW + 1] : [] };
  return { id: `agent-${count++}`, state, directory: '/a', uses: 0, ...rest, ...change };
}
const left = (realm: string) => ({ realm });
const idleFor = (ms: number, realm = '') => agent('idle', { since: NOW - ms, realm });

describe('starts', () => {
  it.each<[string, Change, number]>([
    ['nothing where nobody asks', {}, 0],
    ['an agent for each lane that waits', { waiting: 3 }, 3],
    ['no more than the pool may have', { waiting: 9 }, 4],
    ['what is missing to the least size', { min_size: 2, agents: [agent('leased')] }, 1],
    [
      'nothing to the least size of a pool that nobody asked for in a week',
      { min_size: 2, lastUsed: NOW - 7 * 86_400_000 },
      0,
    ],
    ['what was asked for ahead of need', { warm: 4, warmUntil: NOW + 1, agents: [agent('idle')] }, 3],
    ['nothing ahead of need once that is over', { warm: 4, warmUntil: NOW }, 0],
    ['nothing for lanes that agents are on their way for', { waiting: 1, agents: [agent('creating')] }, 0],
    ['one for a lane beside those in use', { waiting: 1, agents: [agent('leased')] }, 1],
    [
      'one for a lane where an agent was lost',
      { waiting: 1, agents: [agent('leased', { leases: [NOW] })] },
      1,
    ],
    [
      'nothing in the place of agents that are ending',
      { max_size: 1, waiting: 1, agents: [agent('retiring')] },
      0,
    ],
    ['one for a lane that no idle agent may serve', { waiting: 1, agents: [agent('idle', left('a'))] }, 1],
    ['nothing for a lane that an idle agent may serve', { waiting: 1, agents: [agent('idle')] }, 0],
    [
      'the replacement of an agent as soon as it is at its last task',
      { min_size: 2, max_agent_uses: 1, agents: [agent('leased'), agent('idle')] },
      1,
    ],
    [
      'nothing beside agents of an ended run that count',
      { min_size: 1, agents: [agent('idle', left('a'))] },
      0,
    ],
    [
      'what is kept warm for runs to come, beside agents left to a run',
      { reuse: 'run', min_size: 1, agents: [agent('idle', left('a'))] },
      1,
    ],
    ['nothing until the next try is due', { waiting: 3, failures: 1, retryAt: NOW + 1 }, 0],
    ['one at a time after a failure', { waiting: 3, failures: 1, retryAt: NOW }, 1],
    ['the buffer beside those in use', { config: { buffer: 2 }, agents: [agent('leased')] }, 2],
    ['the buffer where nothing is in use', { config: { buffer: 2 }, agents: [agent('idle')] }, 1],
    [
      'no buffer beyond what the pool may have',
      { config: { buffer: 2 }, agents: Array(3).fill(agent('leased')) },
      1,
    ],
    [
      'the buffer beside idle agents left to a workflow',
      { config: { buffer: 1 }, agents: [agent('idle', left('a'))] },
      1,
    ],
    [
      'no buffer beyond one that is starting',
      { config: { buffer: 1 }, agents: [agent('creating'), agent('leased')] },
      0,
    ],
    ['the buffer beside lanes that wait', { config: { buffer: 1 }, waiting: 1, agents: [agent('idle')] }, 1],
    [
      'no buffer in the place of idle agents left to workflows',
      { config: { buffer: 1 }, max_size: 2, agents: [agent('idle', left('a')), agent('idle', left('b'))] },
      0,
    ],
    [
      'no buffer of a pool that nobody asked for in a week',
      { config: { buffer: 1 }, agents: [agent('idle', left('a'))], lastUsed: NOW - 7 * 86_400_000 },
      0,
    ],
    ['one for as many lanes as it serves at once', { config: { agent_concurrency: 3 }, waiting: 4 }, 2],
    [
      'one for each realm of which lanes wait, and more for more of them than it serves at once',
      { config: { agent_concurrency: 3 }, waiting: 6, waitingByRealm: [1, 4, 1, 0] },
      4,
    ],
    ['one in the place of an agent that is draining', { min_size: 1, agents: [agent('draining')] }, 1],
    [
      'nothing beside one that is draining where there is no room',
      { max_size: 1, waiting: 1, agents: [agent('draining')] },
      0,
    ],
    ['none beside that one', { waiting: 3, failures: 1, retryAt: NOW, agents: [agent('creating')] }, 0],
  ])('%s', (_, change, starts) => {
    expect(planPool(snapshotOf(change)).starts).toBe(starts);
  });
});

describe('retires', () => {
  const retired = (change: Change) => planPool(snapshotOf(change)).retire;

  it('all idle agents of an image that another one took the place of, after a while', () => {
    const agents = [agent('leased'), idleFor(900), idleFor(100)];
    const min_size = 3;
    expect(retired({ agents, min_size })).toEqual([]);
    expect(retired({ agents: [idleFor(1_000), idleFor(100)], min_size, superseded: true })).toEqual([
      { agentId: expect.any(String), reason: 'superseded' },
    ]);
    expect(planPool(snapshotOf({ min_size, superseded: true })).starts).toBe(0);
    expect(planPool(snapshotOf({ min_size, superseded: true, waiting: 1 })).starts).toBe(1);
  });

  it('an agent that was idle for its time, and not one that was idle for less', () => {
    const [old, young] = [idleFor(IDLE_TIMEOUT), idleFor(IDLE_TIMEOUT - 1)];
    expect(retired({ agents: [young, old] })).toEqual([{ agentId: old.id, reason: 'idle_timeout' }]);
  });

  it('the least recently used ones first, and none that the pool must keep', () => {
    const agents = [idleFor(5_000), idleFor(9_000), idleFor(7_000)];
    expect(retired({ min_size: 1, agents }).map((r) => r.agentId)).toEqual([agents[1]!.id, agents[2]!.id]);
    expect(retired({ warm: 3, warmUntil: NOW + 1, agents })).toEqual([]);
  });

  it('at once what is idle beyond the share of the host', () => {
    const agents = [idleFor(1), agent('leased'), idleFor(2), idleFor(3)];
    const surplus = (id: string) => ({ agentId: id, reason: 'surplus' });
    expect(retired({ max_size: 2, agents })).toEqual([surplus(agents[3]!.id), surplus(agents[2]!.id)]);
    expect(retired({ max_size: 0, agents })).toHaveLength(3);
    expect(planPool(snapshotOf({ max_size: 0, waiting: 2 })).starts).toBe(0);
  });

  it('an agent whose lease expired, never one whose lease holds', () => {
    const [expired, held] = [agent('leased', { leases: [NOW] }), agent('leased')];
    expect(retired({ agents: [expired, held] })).toEqual([{ agentId: expired.id, reason: 'lease_expired' }]);
  });

  describe('agents left to a realm where lanes of others wait', () => {
    const agents = [idleFor(5, 'a'), idleFor(9, 'b'), agent('leased', left('a')), agent('retiring')];

    it('least recently used first, as many as have no place otherwise', () => {
      const reuse = (waiting: number, max_size = 4) =>
        retired({ agents, waiting, max_size }).flatMap((r) => (r.reason === 'reuse' ? [r.agentId] : []));
      expect(reuse(1)).toEqual([]);
      expect(reuse(2)).toEqual([agents[1]!.id]);
      expect(reuse(2, 5)).toEqual([]);
      expect(reuse(9)).toEqual([agents[1]!.id, agents[0]!.id]);
    });

    it('none while others could not be started in their place', () => {
      const full = { agents: agents.slice(0, 3), max_size: 3, waiting: 2, failures: 1 };
      expect(retired({ ...full, retryAt: NOW + 1 })).toEqual([]);
      expect(retired({ ...full, retryAt: NOW })).toEqual([{ agentId: agents[1]!.id, reason: 'reuse' }]);
    });
  });

  it('agents of ended runs that were idle for their time, whatever is kept warm', () => {
    const agents = [idleFor(IDLE_TIMEOUT, 'a'), idleFor(IDLE_TIMEOUT)];
    const kept = { min_size: 1, agents };
    expect(retired({ ...kept, reuse: 'run' })).toEqual([{ agentId: agents[0]!.id, reason: 'idle_timeout' }]);
    expect(retired({ ...kept, min_size: 2 })).toEqual([]);
  });

  it('agents left to a workflow that were idle for their time, for a buffer that has no room', () => {
    const agents = [idleFor(IDLE_TIMEOUT, 'a'), idleFor(1, 'b')];
    const buffered = { config: { buffer: 2 }, max_size: 2, agents };
    expect(retired(buffered)).toEqual([{ agentId: agents[0]!.id, reason: 'idle_timeout' }]);
    expect(retired({ ...buffered, failures: 1, retryAt: NOW + 1 })).toEqual([]);
    expect(retired({ ...buffered, config: { buffer: 0 }, min_size: 2 })).toEqual([]);
  });

  it('no agent of the buffer where one left to a workflow is idle, too', () => {
    const agents = [idleFor(9 * IDLE_TIMEOUT), idleFor(IDLE_TIMEOUT, 'a'), idleFor(2 * IDLE_TIMEOUT)];
    const ended = retired({ config: { buffer: 1 }, agents }).map(({ agentId }) => agentId);
    expect(ended).toEqual([agents[0]!.id, agents[1]!.id]);
  });

  it('an agent that was draining until its lease expired', () => {
    const [expired, held] = [agent('draining', { leases: [NOW] }), agent('draining', { leases: [NOW + 1] })];
    expect(retired({ agents: [expired, held] })).toEqual([{ agentId: expired.id, reason: 'lease_expired' }]);
  });

  it('idle agents past their age, the oldest first, also where the pool must keep as many', () => {
    const config = { max_agent_age: 10_000 };
    const aged = (age: number, state: AgentRecord['state'] = 'idle') =>
      agent(state, { createdAt: NOW - age, leases: [NOW + 1] });
    const [young, old, older, busy] = [aged(9_999), aged(10_000), aged(20_000), aged(30_000, 'leased')];
    const agents = [young, old, older, busy];
    expect(retired({ min_size: 4, config, agents })).toEqual([{ agentId: older.id, reason: 'max_age' }]);
    expect(retired({ min_size: 4, agents })).toEqual([]);
  });

  it('a quarter of the pool for their age at the same time', () => {
    const aged = (state: AgentRecord['state']) => agent(state, { createdAt: 0, reason: 'max_age' });
    const agents = [aged('retiring'), ...Array.from({ length: 15 }, () => aged('idle'))];
    const config = { max_agent_age: 10_000 };
    const ends = retired({ min_size: 16, max_size: 16, config, agents });
    expect(ends).toHaveLength(1 + 3);
  });

  it('what is retiring already, for its own reason', () => {
    const agents = [agent('retiring', { reason: 'max_uses' }), agent('creating')];
    expect(retired({ agents })).toEqual([{ agentId: agents[0]!.id, reason: 'max_uses' }]);
  });
});

describe('whatever the pool looks like', () => {
  const time = fc.integer({ min: NOW - 3_000, max: NOW + 3_000 });
  const agents = fc.array(
    fc.record({
      state: fc.constantFrom<AgentRecord['state']>('creating', 'idle', 'leased', 'draining', 'retiring'),
      createdAt: time,
      since: time,
      leases: fc.array(time, { minLength: 1, maxLength: 3 }),
      realm: fc.constantFrom('', 'a', 'b'),
    }),
    { maxLength: 12 },
  );
  const snapshots = fc
    .record({
      agents,
      min_size: fc.nat(6),
      above: fc.integer({ min: 1, max: 6 }),
      waitingByRealm: fc.array(fc.nat(8), { maxLength: 4 }),
      config: fc.record({
        buffer: fc.nat(3),
        agent_concurrency: fc.constantFrom(1, 3),
        max_agent_age: fc.constantFrom(undefined, 1_000),
      }),
      warm: fc.nat(10),
      warmUntil: time,
      failures: fc.nat(2),
      retryAt: fc.constantFrom(0, NOW - 1, NOW + 1),
      reuse: fc.constantFrom<PoolConfig['reuse']>('step', 'run', 'workflow'),
    })
    .map(({ above, agents: drawn, ...rest }) => {
      const waiting = rest.waitingByRealm.reduce((sum, lanes) => sum + lanes, 0);
      const max_size = rest.min_size + above;
      const records = drawn.slice(0, max_size).map(({ state, since, createdAt, realm, leases: until }) => {
        const leases = state === 'leased' || state === 'draining' ? until : [];
        return agent(state, { since, createdAt, realm, leases });
      });
      return snapshotOf({ ...rest, waiting, max_size, agents: records });
    });
  const holds = (property: (snapshot: PoolSnapshot) => void) =>
    fc.assert(fc.property(snapshots, property), { numRuns: 500 });

  it('never has more agents than it may', () => {
    holds((snapshot) => {
      const { starts } = planPool(snapshot);
      expect(snapshot.agents.length + starts).toBeLessThanOrEqual(snapshot.share.max_size);
    });
  });

  it('never ends an agent whose lease holds, nor one that is being created', () => {
    holds((snapshot) => {
      const ends = new Set(planPool(snapshot).retire.map((r) => r.agentId));
      for (const { id, state, leases } of snapshot.agents)
        if (leases.some((until) => until > NOW) || state === 'creating') expect(ends.has(id)).toBe(false);
    });
  });

  it('never ends idle agents below what is desired, and never starts and ends for want and surplus at once', () => {
    holds((snapshot) => {
      const plan = planPool(snapshot);
      const idle = plan.retire.filter((r) => r.reason === 'idle_timeout').length;
      // Agents left to a run that has ended are a surplus, whatever is wanted.
      if (idle === 0 || snapshot.spec.config.reuse !== 'workflow') return;
      const ended = new Set(plan.retire.filter((r) => r.reason !== 'reuse').map((r) => r.agentId));
      const kept = snapshot.agents.filter((a) => !ended.has(a.id)).length;
      // Those left to a realm may go for others that whoever comes can use, as many as are missing to the buffer.
      const { buffer } = snapshot.spec.config;
      expect(kept).toBeGreaterThanOrEqual(desiredSize(snapshot) - buffer);
      if (snapshot.waiting === 0) expect(plan.starts).toBeLessThanOrEqual(buffer);
    });
  });

  it('gets agents to lanes that wait: turn after turn until all that may be there are there', () => {
    holds((drawn) => {
      let snapshot = { ...drawn, failures: 0, retryAt: 0 };
      for (let turn = 0; turn < 16; turn++) {
        const plan = planPool(snapshot);
        const ended = new Set(plan.retire.map((r) => r.agentId));
        const kept = snapshot.agents.filter((a) => !ended.has(a.id));
        const started = Array.from({ length: plan.starts }, () => agent('creating'));
        snapshot = { ...snapshot, agents: [...kept, ...started] };
      }
      expect(snapshot.agents.length).toBeGreaterThanOrEqual(desiredSize(snapshot));
      const leased = snapshot.agents.filter((a) => a.state === 'leased' || a.state === 'draining').length;
      const coming = snapshot.agents.filter(
        (a) => a.state === 'creating' || (a.state === 'idle' && !a.realm),
      );
      const { max_size } = snapshot.share;
      const wanted = agentsWanted(snapshot);
      expect(coming.length).toBeGreaterThanOrEqual(Math.min(wanted, max_size - leased));
    });
  });

  it('keeps the buffer for whoever comes, where there is room: none of it is left to a realm', () => {
    holds((drawn) => {
      const snapshot = { ...drawn, waiting: 0, waitingByRealm: [], failures: 0, retryAt: 0 };
      const { starts, retire } = planPool(snapshot);
      const ended = new Set(retire.filter((r) => r.reason === 'idle_timeout').map((r) => r.agentId));
      const free = snapshot.agents.filter((a) => !ended.has(a.id) && !a.realm && a.state === 'idle').length;
      const creating = snapshot.agents.filter((a) => a.state === 'creating').length;
      const room = snapshot.share.max_size - snapshot.agents.length;
      const { buffer } = snapshot.spec.config;
      if (buffer > 0 && starts < room) expect(free + creating + starts).toBeGreaterThanOrEqual(buffer);
    });
  });
});
