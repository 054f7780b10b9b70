/** Which agents ended, as the engine said, of those that are not cleared away yet. */
export class Exits {
  private readonly ended = new Set<string>();
  private readonly waiting = new Map<string, () => void>();

  note(agentId: string): void {
    this.ended.add(agentId);
    this.waiting.get(agentId)?.();
  }

  forget(agentId: string): void {
    this.ended.delete(agentId);
  }

  clear(): void {
    this.ended.clear();
  }

  /** Whether it has ended, or does within so many milliseconds. One who asks at a time. */
  async seen(agentId: string, withinMs: number): Promise<boolean> {
    if (!this.ended.has(agentId)) {
      await new Promise<void>((resolve) => {
        const overdue = setTimeout(resolve, withinMs);
        this.waiting.set(agentId, () => {
          clearTimeout(overdue);
          resolve();
        });
      });
      this.waiting.delete(agentId);
    }
    return this.ended.has(agentId);
  }
}
