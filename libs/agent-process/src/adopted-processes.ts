import { isAlive, type ProcessIdentity } from '@agentainer/runtime';

/** The kernel tells only parents of an exit; other processes are looked at this often, in milliseconds. */
const POLL_MS = 200;

/** Watches agents that an earlier driver started. */
export class AdoptedProcesses {
  private readonly processes = new Map<string, ProcessIdentity>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onExit: (agentId: string) => void) {}

  watch(agentId: string, identity: ProcessIdentity): void {
    this.processes.set(agentId, identity);
    this.timer ??= setInterval(() => this.look(), POLL_MS).unref();
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.processes.clear();
  }

  private look(): void {
    for (const [agentId, identity] of this.processes) {
      if (isAlive(identity)) continue;
      this.processes.delete(agentId);
      this.onExit(agentId);
    }
    if (this.processes.size === 0) this.close();
  }
}
