import type { PoolSpec } from '@agentainer/core';
import type { HeldLease } from '@agentainer/pool';
import { TestHost } from './keeper.fixture.js';

let host: TestHost;
beforeEach(async () => {
  host = await TestHost.open();
});
afterEach(() => host.close());

const REALMS = ['a', 'b', 'c', 'd', 'e'];
const LANES = REALMS.flatMap((realm) => [realm, realm]);
const SLICE_MS = 5;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The queue of a worker that takes so many lanes at once, first come, first served. */
class Places {
  private readonly line: (() => void)[] = [];
  constructor(private free: number) {}

  get wanted(): boolean {
    return this.line.length > 0;
  }

  async take(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((taken) => this.line.push(taken));
  }

  leave(): void {
    const next = this.line.shift();
    if (next) next();
    else this.free++;
  }
}

/** Work of lanes of several realms, with tasks of a millisecond. */
class Work {
  /** Tasks that were done, by realm. */
  readonly done = new Map(REALMS.map((realm) => [realm, 0]));
  /** Time slices of all lanes. */
  slices = 0;
  private readonly places: Places;

  /** @param atOnce lanes that ask for agents at once; the others wait in a queue */
  constructor(
    private readonly pool: PoolSpec,
    atOnce: number,
  ) {
    this.places = new Places(atOnce);
  }

  /** A lane as the engine has it work: slice by slice, behind others that wait. */
  async lane(realm: string, goesOn: (tasks: number) => boolean): Promise<void> {
    for (let tasks = 0; goesOn(tasks);) {
      await this.places.take();
      const held = await host.leased(this.pool, realm);
      const before = tasks;
      do {
        this.slices++;
        for (const end = performance.now() + SLICE_MS; performance.now() < end && goesOn(tasks); tasks++) {
          await pause(1);
          this.done.set(realm, this.done.get(realm)! + 1);
        }
      } while (goesOn(tasks) && (await this.mayKeep(held)));
      await host.leaser.release(held, { uses: tasks - before, suspect: false });
      this.places.leave();
    }
  }

  private mayKeep(held: HeldLease): Promise<boolean> {
    return host.leaser.keep(held, 0, this.places.wanted);
  }
}

async function poolFor(startMs: number): Promise<PoolSpec> {
  await host.keeper();
  host.driver.onStart = () => pause(startMs);
  return host.pool({ max_size: 2, max_agent_uses: 1_000_000 });
}

describe.each([
  ['in the queue of a worker', 2],
  ['in line for agents', 100],
])('more realms than agents, waiting %s', (_, atOnce) => {
  it('get by with few starts', async () => {
    const tasks = 50;
    const work = new Work(await poolFor(25), atOnce);
    await Promise.all(LANES.map((realm) => work.lane(realm, (done) => done < tasks)));
    expect([...work.done.values()]).toEqual(REALMS.map(() => 2 * tasks));
    // Were an agent ended with each slice, there would be as many starts. How many slices there are depends on the machine.
    expect(host.startTimes.length).toBeLessThan(LANES.length + work.slices / 4);
  }, 60_000);

  it('each have their turn while none of them comes to its end', async () => {
    const work = new Work(await poolFor(5), atOnce);
    const goesOn = () => [...work.done.values()].some((tasks) => tasks < 20);
    await Promise.all(LANES.map((realm) => work.lane(realm, goesOn)));
    expect([...work.done.values()].every((tasks) => tasks >= 20)).toBe(true);
  }, 60_000);
});
