import fc from 'fast-check';
import type { Lease, LeaseEnding } from '@agentainer/pool';
import { TestPool, WORKER } from './pool.fixture.js';
import { testRedis } from './redis.fixture.js';
import { cleanedAgent } from './scripts/pool-cleaned.js';
import { drainAgent } from './scripts/pool-drain.js';
import { readyAgent } from './scripts/pool-ready.js';
import { releaseAgent } from './scripts/pool-release.js';
import { removeAgent } from './scripts/pool-remove.js';
import { retireAgent } from './scripts/pool-retire.js';

const redis = testRedis();
const subscriber = testRedis('subscriber');

const REALMS = ['', 'wf_1', 'wf_2'];
const MAX_USES = 6;

/** One act of whoever acts on a pool; `pick` says on which lease or agent, of those that there are. */
type Act =
  | { do: 'acquire'; realm: string }
  | { do: 'release'; pick: number; ending: LeaseEnding }
  | { do: 'ask again' | 'enter' | 'ready' | 'cleaned' | 'drain' | 'retire' | 'remove'; pick: number };

const ending = fc.record({
  uses: fc.nat(2),
  suspect: fc.boolean(),
  traces: fc.constantFrom(undefined, 'left' as const, 'unknown' as const),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('acquire' as const), realm: fc.constantFrom(...REALMS) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat(), ending }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('ask again' as const, 'enter', 'ready', 'cleaned', 'drain', 'retire', 'remove'),
      pick: fc.nat(),
    }),
  },
);

class Actor {
  private readonly held: Lease[] = [];
  private readonly waiting: { ticket: string; realm: string }[] = [];
  private tickets = 0;
  private entered = 0;

  constructor(private readonly pool: TestPool) {}

  async perform(act: Act): Promise<void> {
    const { scope, spec } = this.pool;
    if (act.do === 'acquire') return this.ask({ ticket: `ticket-${this.tickets++}`, realm: act.realm });
    if (act.do === 'ask again') {
      const [asked] = this.waiting.splice(act.pick % Math.max(1, this.waiting.length), 1);
      return asked && this.ask(asked);
    }
    if (act.do === 'enter') return void (await this.pool.enter(`agent-${this.entered++}`));
    if (act.do === 'release') {
      const [lease] = this.held.splice(act.pick % Math.max(1, this.held.length), 1);
      const uses = Math.min(act.ending.uses, lease?.usesLeft ?? 0);
      if (lease) await releaseAgent(scope, lease, { ...act.ending, uses });
      return;
    }
    const agents = (await this.pool.snapshot()).agents;
    const agent = agents[act.pick % Math.max(1, agents.length)];
    if (!agent) return;
    if (act.do === 'ready') await readyAgent(scope, spec.id, agent.id);
    else if (act.do === 'cleaned') await cleanedAgent(scope, spec.id, agent.id);
    else if (act.do === 'drain') await drainAgent(scope, spec.id, agent.id, 'memory');
    else if (act.do === 'retire') await retireAgent(scope, spec.id, agent.id, 'idle_timeout');
    else if (agent.state === 'retiring') await removeAgent(scope, spec.id, agent.id);
  }

  /** A ticket that was granted an agent meanwhile is told so. */
  private async ask(asked: { ticket: string; realm: string }): Promise<void> {
    const answer = await this.pool.acquireIn(asked.realm, asked.ticket);
    if (answer.kind === 'leased') this.held.push(answer.lease);
    else this.waiting.push(asked);
  }
}

/** What must be so between any two acts. */
async function expectConsistent(pool: TestPool, concurrency: number): Promise<void> {
  const key = pool.keys.pool(pool.spec.id, 'host');
  const { agents } = await pool.snapshot();
  const counts = await pool.counts();
  for (const [state, count] of Object.entries(counts))
    expect([state, agents.filter((agent) => agent.state === state).length]).toEqual([state, count]);

  const tickets = await redis.hgetall(`${key}:tickets`);
  const listed = new Map<string, string[]>();
  for (const realm of REALMS)
    listed.set(realm, await redis.lrange(`${key}:idle${realm && `:${realm}`}`, 0, -1));
  for (const { id, state, realm, uses } of agents) {
    const text = (await redis.hget(`${key}:agent:${id}`, 'leases')) ?? '';
    const leases = [...text.matchAll(/(\d+)\|([^|]*)\|(\d+)\|(\d+)\|(\d+) /g)];
    expect(leases.length > 0).toBe(state === 'leased' || state === 'draining');
    const slots = leases.map(([, slot]) => Number(slot));
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.every((slot) => slot < concurrency)).toBe(true);
    for (const [, , ticket] of leases) expect(tickets[ticket!]?.split('|')[2]).toBe(id);
    const promised = leases.reduce((sum, lease) => sum + Number(lease[5]), 0);
    expect(uses + promised).toBeLessThanOrEqual(MAX_USES);

    const free = Math.min(concurrency - leases.length, MAX_USES - uses - promised);
    const may = (state === 'idle' || state === 'leased') && free > 0;
    const places = REALMS.flatMap((r) =>
      listed
        .get(r)!
        .filter((other) => other === id)
        .map(() => r),
    );
    expect([id, places]).toEqual([id, may ? [realm] : []]);
  }
  const left: Record<string, string> = {};
  for (const { state, realm } of agents)
    if (realm !== '' && state !== 'draining' && state !== 'retiring')
      left[realm] = String(Number(left[realm] ?? 0) + 1);
  expect(await redis.hgetall(`${key}:realms`)).toEqual(left);
  const holders = Object.values(tickets).filter((ticket) => ticket.split('|')[2] !== '');
  expect(holders.length).toBe(agents.reduce((sum, { leases }) => sum + leases.length, 0));
}

it('leases, lists and counts of a pool agree, whatever is done to it', async () => {
  const inOrder = {
    acts: fc.array(act, { minLength: 5, maxLength: 40 }),
    concurrency: fc.constantFrom(1, 2, 3),
  };
  await fc.assert(
    fc.asyncProperty(fc.record(inOrder), async ({ acts, concurrency }) => {
      const pool = new TestPool(redis, {
        ...{ max_size: 3, max_agent_uses: MAX_USES },
        agent_concurrency: concurrency,
      });
      const actor = new Actor(pool);
      // Somebody listens, so that tickets in line are granted agents.
      await subscriber.subscribe(pool.keys.grants(WORKER));
      await pool.idle('first');
      for (const one of acts) {
        await actor.perform(one);
        await expectConsistent(pool, concurrency);
      }
    }),
    { numRuns: 60 },
  );
});
