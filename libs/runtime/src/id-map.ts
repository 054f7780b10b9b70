/**
 * Values by id, for sets that change thousands of times a second: a `Map` without its trail. A `Map` that makes room
 * links its old table to the new one; once a table is in the old generation, what was in any table since then outlives
 * every collection of the young generation, which then takes longer. Here nothing refers to an old table.
 */
export class IdMap<T> {
  private readonly byId: Record<string, T> = Object.create(null) as Record<string, T>;

  get(id: string): T | undefined {
    return this.byId[id];
  }

  has(id: string): boolean {
    return id in this.byId;
  }

  set(id: string, value: T): void {
    this.byId[id] = value;
  }

  /** Whether it was there. */
  delete(id: string): boolean {
    const had = this.has(id);
    delete this.byId[id];
    return had;
  }

  values(): T[] {
    return Object.values(this.byId);
  }
}
