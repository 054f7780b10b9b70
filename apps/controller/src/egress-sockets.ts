import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EGRESS_DIRECTORY } from '@agentainer/contracts/agent-paths';
import type { GatewayHost } from '@agentainer/pool';

/** Services of this host that its agents may reach: names, and the paths of the Unix sockets they listen on. */
export type EgressSockets = Readonly<Record<string, string>>;

/**
 * Gives each agent, besides its gateway, the egress sockets that the operator of this host chose: hard links in
 * `egress/` of the agent's directory. An agent without a network reaches exactly these services.
 */
export class EgressHost implements GatewayHost {
  constructor(
    private readonly gateway: GatewayHost,
    private readonly sockets: EgressSockets,
  ) {}

  /** @throws where a socket does not exist, or lies on another file system than the agents' directories */
  async open(agentId: string, directory: string): Promise<void> {
    await this.gateway.open(agentId, directory);
    const egress = join(directory, EGRESS_DIRECTORY);
    await mkdir(egress, { recursive: true });
    for (const [name, socketPath] of Object.entries(this.sockets)) {
      const linked = join(egress, `${name}.sock`);
      // The service may have made its socket anew since the agent was started.
      await rm(linked, { force: true });
      await link(socketPath, linked);
    }
  }

  close(agentId: string): Promise<void> {
    return this.gateway.close(agentId);
  }
}

const NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** `texts=/run/texts.sock,models=/run/models.sock`; undefined where the text is not of that form. */
export function parseEgressSockets(text: string): EgressSockets | undefined {
  const entries = text.split(',').map((part) => /^([^=]+)=(\/.*)$/.exec(part.trim())?.slice(1) ?? []);
  const isValid = entries.every(
    ([name, path]) => name !== undefined && path !== undefined && NAME.test(name),
  );
  return isValid ? (Object.fromEntries(entries) as EgressSockets) : undefined;
}
