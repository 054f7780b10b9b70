import type { AlertStore, StandingReader } from './alert-port.js';
import {
  type ExhaustionJudgement,
  type ExhaustionTimes,
  isShort,
  judgeExhaustion,
  type Shortage,
} from './exhaustion.js';

/** Sees which pools are exhausted, and raises an alert for each that becomes so or is not any longer. */
export class PoolWatch {
  private shortages = new Map<string, Shortage>();

  constructor(
    private readonly standings: StandingReader,
    private readonly alerts: AlertStore,
    private readonly times: ExhaustionTimes,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** One look at all pools. To be repeated often, by one process at a time. */
  async look(): Promise<void> {
    const exhausted = await this.alerts.exhausted();
    const standings = new Map((await this.standings.standings()).map((pool) => [pool.id, pool]));
    // A pool that is no more is not exhausted any longer.
    for (const id of exhausted)
      if (!standings.has(id)) standings.set(id, { id, max_size: 0, agents: 0, idle: 0, waiting: 0 });
    const shortages = new Map<string, Shortage>();
    for (const [id, pool] of standings) {
      const before = { exhausted: exhausted.has(id), shortage: this.shortages.get(id) };
      const judged: ExhaustionJudgement = judgeExhaustion(before, isShort(pool), this.now(), this.times);
      if (judged.shortage) shortages.set(id, judged.shortage);
      if (judged.exhausted !== before.exhausted)
        await this.alerts.raise(judged.exhausted ? 'pool.exhausted' : 'pool.recovered', pool);
    }
    this.shortages = shortages;
  }

  /** What was seen no longer counts: somebody else looks. */
  forget(): void {
    this.shortages.clear();
  }
}
