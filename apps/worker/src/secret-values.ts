import { Redactor } from '@agentainer/secrets';

/** Every value that the secrets of an attempt were seen to have: one may be changed while the attempt runs. */
export class SecretValues {
  private readonly pairs = new Map<string, [name: string, value: string]>();
  private made: Redactor | undefined;

  add(values: ReadonlyMap<string, string>): void {
    const before = this.pairs.size;
    for (const [name, value] of values) this.pairs.set(`${name}|${value}`, [name, value]);
    if (this.pairs.size > before) this.made = undefined;
  }

  /** What takes out all values seen so far. */
  redactor(): Redactor {
    this.made ??= new Redactor(this.pairs.values());
    return this.made;
  }
}
