/** When a process dies: before its n-th act takes effect, or after it, before it hears of that. */
export interface Moment {
  act: number;
  when: 'before' | 'after';
}

/**
 * Stands between a keeper and its world, and cuts it off at one moment: from then on nothing that it does has an effect, and it hears
 * of nothing, just as if its process had been killed.
 */
export class SuddenDeath {
  /** What the keeper did, by name, up to its death. */
  readonly acts: string[] = [];
  isDead = false;
  private readonly buried = new AbortController();

  constructor(private readonly moment?: Moment) {}

  /** The same object, of which these methods are acts; the others only stop answering. */
  around<T extends object>(name: string, target: T, acts: readonly (keyof T & string)[]): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== 'function' || typeof key !== 'string' || key.startsWith('on'))
          return typeof value === 'function' ? (value.bind(object) as unknown) : value;
        const call = value as (...args: unknown[]) => unknown;
        const isAct = (acts as readonly string[]).includes(key);
        return (...args: unknown[]) =>
          this.through(isAct && `${name}.${key}`, () => call.apply(object, args));
      },
    });
  }

  /** Lets what waits for an answer come to its end, for the test to clear up. */
  bury(): void {
    this.isDead = true;
    this.buried.abort();
  }

  private async through(act: string | false, call: () => unknown): Promise<unknown> {
    if (this.isDead) return this.silence();
    const isLast = act !== false && this.acts.push(act) === this.moment?.act;
    if (isLast && this.moment?.when === 'before') {
      this.isDead = true;
      return this.silence();
    }
    const answer = await call();
    if (isLast) this.isDead = true;
    return this.isDead ? this.silence() : answer;
  }

  private silence(): Promise<never> {
    const { signal } = this.buried;
    return new Promise((_, reject) => {
      const end = () => reject(new Error('the process is dead'));
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }
}
