import type { HostDirectory, HostStatus } from '@agentainer/pool';

/** Hosts without agents: one that is to be drained is drained at once. */
export class FakeHosts implements HostDirectory {
  readonly hosts: HostStatus[] = [];

  list(): Promise<HostStatus[]> {
    return Promise.resolve(this.hosts);
  }

  drain(name: string): Promise<boolean> {
    return this.change(name, 'drained');
  }

  resume(name: string): Promise<boolean> {
    return this.change(name, 'up');
  }

  private change(name: string, state: HostStatus['state']): Promise<boolean> {
    const host = this.hosts.find((one) => one.name === name);
    if (host) host.state = state;
    return Promise.resolve(host !== undefined);
  }
}
