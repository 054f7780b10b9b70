import { silentLogger } from '@agentainer/runtime';
import { Leaser, type LeaserAnswer, type LeaserOptions } from './leaser.js';
import type { AcquireAnswer, Grant, Lease, LeaseRequest, LeaseStore } from './ports.js';

const POOL = 'echo-1';
const error = { code: 'IMAGE_NOT_FOUND', message: 'no such image' };
const leaseOf = (id: string, epoch = 1): Lease => ({
  id,
  poolId: POOL,
  agentId: 'agent_1',
  epoch,
  directory: '/agents/agent_1',
  slot: 0,
  usesLeft: 5,
  uses: 0,
});

/** Answers as a test tells it to, and notes what it was asked. */
class ScriptedStore implements LeaseStore {
  readonly tickets: string[] = [];
  readonly released: { lease: Lease; uses: number; suspect: boolean }[] = [];
  renewals = 0;
  acquireAnswer: (ticket: string) => Promise<AcquireAnswer> = () => Promise.resolve({ kind: 'queued' });
  withdrawAnswer: (ticket: string) => Promise<Lease | undefined> = () => Promise.resolve(undefined);
  renewAnswer: () => Promise<boolean> = () => Promise.resolve(true);
  hostStopsAnswer: (agent: string) => Promise<boolean> = () => Promise.resolve(false);
  private listener: (grant: Grant) => void = () => undefined;

  acquire({ ticket }: LeaseRequest) {
    this.tickets.push(ticket);
    return this.acquireAnswer(ticket);
  }
  withdraw(_: string, ticket: string) {
    return this.withdrawAnswer(ticket);
  }
  keep() {
    return Promise.resolve(true);
  }
  renew() {
    this.renewals++;
    return this.renewAnswer();
  }
  release(lease: Lease, ending: { uses: number; suspect: boolean }) {
    this.released.push({ lease, ...ending });
    return Promise.resolve(true);
  }
  hostStops({ poolId, agentId }: Lease) {
    return this.hostStopsAnswer(`${poolId} ${agentId}`);
  }
  onGrant(listener: (grant: Grant) => void) {
    this.listener = listener;
    return () => (this.listener = () => undefined);
  }
  grant(ticket: string, epoch = 1) {
    this.listener({ kind: 'leased', ticket, lease: leaseOf(ticket, epoch) });
  }
  break(ticket: string) {
    this.listener({ kind: 'broken', ticket, error });
  }
}

let store: ScriptedStore;
let leaser: Leaser;
const never = new AbortController().signal;

async function startLeaser(options: Partial<LeaserOptions> = {}) {
  store = new ScriptedStore();
  leaser = new Leaser({ store, logger: silentLogger, ...options });
  await leaser.start();
}
beforeEach(() => startLeaser());
afterEach(() => leaser.stop());

const lease = (waitMs = 10_000, signal = never) => leaser.lease(POOL, { waitMs, signal });

async function leased(): Promise<Extract<LeaserAnswer, { kind: 'leased' }>['held']> {
  store.acquireAnswer = (ticket) => Promise.resolve({ kind: 'leased', lease: leaseOf(ticket) });
  const answer = await lease();
  if (answer.kind !== 'leased') throw new Error(answer.kind);
  return answer.held;
}

async function until(condition: () => boolean) {
  for (const deadline = Date.now() + 5_000; !condition();) {
    if (Date.now() > deadline) throw new Error('the condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

it('answers at once where an agent is idle', async () => {
  const held = await leased();
  expect(held.lease).toEqual(leaseOf(store.tickets[0]!));
  expect(held.lost.aborted).toBe(false);
  await leaser.release(held, { uses: 3, suspect: false });
  expect(store.released).toEqual([{ lease: held.lease, uses: 3, suspect: false }]);
});

it('waits for the grant of its ticket', async () => {
  const [first, second] = [lease(), lease()];
  store.grant(store.tickets[1]!);
  expect(await second).toMatchObject({ kind: 'leased', held: { lease: { id: store.tickets[1] } } });
  store.grant(store.tickets[0]!);
  expect(await first).toMatchObject({ kind: 'leased', held: { lease: { id: store.tickets[0] } } });
  expect(store.released).toEqual([]);
});

it('tells why no agent can be had, by answer and by grant', async () => {
  const waiting = lease();
  store.break(store.tickets[0]!);
  expect(await waiting).toMatchObject({ kind: 'broken', error });
  store.acquireAnswer = () => Promise.resolve({ kind: 'broken', error });
  expect(await lease()).toMatchObject({ kind: 'broken', error });
});

it('gives up when its time is over, and takes its ticket out of line', async () => {
  const withdrawn: string[] = [];
  store.withdrawAnswer = (ticket) => {
    withdrawn.push(ticket);
    return Promise.resolve(undefined);
  };
  expect(await lease(5)).toEqual({ kind: 'busy' });
  expect(withdrawn).toEqual(store.tickets);
});

it('takes an agent that was granted at the last moment', async () => {
  store.withdrawAnswer = (ticket) => {
    store.grant(ticket);
    return Promise.resolve(leaseOf(ticket));
  };
  expect((await lease(5)).kind).toBe('leased');
  expect(store.released).toEqual([]);
});

it('gives an agent back that was granted to a lane which had been told to end', async () => {
  const abort = new AbortController();
  store.withdrawAnswer = (ticket) => Promise.resolve(leaseOf(ticket));
  const waiting = lease(10_000, abort.signal);
  abort.abort();
  expect(await waiting).toEqual({ kind: 'busy' });
  expect(store.released[0]).toEqual({ lease: leaseOf(store.tickets[0]!), uses: 0, suspect: false });
});

it('gives an agent back that was granted after all was over', async () => {
  expect(await lease(5)).toEqual({ kind: 'busy' });
  store.grant(store.tickets[0]!);
  expect(store.released).toEqual([{ lease: leaseOf(store.tickets[0]!), uses: 0, suspect: false }]);
});

it('gives an agent back whose grant was heard though the ticket could not be withdrawn', async () => {
  store.withdrawAnswer = (ticket) => {
    store.grant(ticket);
    return Promise.reject(new Error('away'));
  };
  expect(await lease(5)).toEqual({ kind: 'busy' });
  expect(store.released).toEqual([{ lease: leaseOf(store.tickets[0]!), uses: 0, suspect: false }]);
});

it('hears of the same lease twice without giving it back', async () => {
  const held = await leased();
  store.grant(held.lease.id);
  expect(store.released).toEqual([]);
  store.grant(held.lease.id, 7);
  expect(store.released).toMatchObject([{ lease: { epoch: 7 } }]);
});

it('asks again where the grant was not heard', async () => {
  await leaser.stop();
  await startLeaser({ askAgainMs: 5 });
  const waiting = lease();
  await until(() => store.tickets.length > 2);
  expect(new Set(store.tickets).size).toBe(1);
  store.acquireAnswer = (ticket) => Promise.resolve({ kind: 'leased', lease: leaseOf(ticket) });
  expect((await waiting).kind).toBe('leased');
});

it('goes on waiting where asking fails', async () => {
  await leaser.stop();
  await startLeaser({ askAgainMs: 5 });
  store.acquireAnswer = () => Promise.reject(new Error('away'));
  const waiting = lease();
  await until(() => store.tickets.length > 1);
  store.grant(store.tickets[0]!);
  expect((await waiting).kind).toBe('leased');
});

describe('a held lease', () => {
  beforeEach(async () => {
    await leaser.stop();
    await startLeaser({ ttlMs: 100, renewMs: 5 });
  });

  it('is renewed for as long as it is held', async () => {
    const held = await leased();
    await until(() => store.renewals > 3);
    expect(held.lost.aborted).toBe(false);
    await leaser.release(held, { uses: 1, suspect: false });
    const { renewals } = store;
    const other = await leased();
    await until(() => store.renewals > renewals + 1);
    expect(other.lost.aborted).toBe(false);
  });

  it('is lost where its renewal is refused', async () => {
    const held = await leased();
    store.renewAnswer = () => Promise.resolve(false);
    await until(() => held.lost.aborted);
    await leaser.release(held, { uses: 1, suspect: false });
    expect(store.released).toEqual([]);
  });

  it('is lost where no renewal gets through for its time to live', async () => {
    const held = await leased();
    store.renewAnswer = () => Promise.reject(new Error('away'));
    const since = performance.now();
    await until(() => held.lost.aborted);
    expect(performance.now() - since).toBeGreaterThan(50);
  });

  it('is lost where renewals are not answered', async () => {
    const held = await leased();
    store.renewAnswer = () => new Promise(() => undefined);
    await until(() => held.lost.aborted);
  });
});

it('gives everything back when it stops', async () => {
  const held = await leased();
  store.acquireAnswer = () => Promise.resolve({ kind: 'queued' });
  store.withdrawAnswer = (ticket) => Promise.resolve(leaseOf(ticket, 2));
  const waiting = lease();
  await leaser.stop();
  expect(await waiting).toEqual({ kind: 'busy' });
  expect(await lease()).toEqual({ kind: 'busy' });
  expect(store.released).toEqual([
    { lease: leaseOf(store.tickets[1]!, 2), uses: 0, suspect: false },
    { lease: held.lease, uses: 0, suspect: true },
  ]);
});

it('may be stopped twice, and without a start', async () => {
  await leaser.stop();
  await leaser.stop();
  await new Leaser({ store, logger: silentLogger }).stop();
});
