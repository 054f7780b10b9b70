import type { Logger, Service } from '@agentainer/runtime';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroups } from './cgroup.js';
import { commandPath } from './command-path.js';
import { engineAnswers } from './engine-request.js';
import { pollUntil } from './poll.js';
import { requireShortPath } from './socket-path.js';
import { SupervisedChild } from './supervised-child.js';

const READY_DEADLINE_MS = 60_000;
/** What containers get to end when the engine ends, in seconds. */
const CONTAINER_GRACE_S = 5;
const STOP_GRACE_MS = 20_000;
const CGROUP_DEADLINE_MS = 2_000;

/**
 * The first process in the engine's namespaces. An engine that finds the system's containerd would share it, so
 * that one is covered up. The end of standard input is the end of the owner. `wait` reaps what the engine leaves
 * behind. The control groups ($0) are removed here because a killed owner cannot do it; when this process ends, the
 * kernel ends all others with it, and their mounts and networks.
 */
const INIT = `
mkdir -p /run/containerd && mount -t tmpfs -o mode=711 tmpfs /run/containerd || exit 1
exec 3<&0
"$@" </dev/null 3<&- &
engine=$!
(read -r _ <&3; kill -TERM "$engine") &
wait "$engine"
find /sys/fs/cgroup -depth -type d -path "*/$0*" -exec rmdir {} + 2>/dev/null
`;

export interface PrivateEngineOptions {
  /** The data directory; the engine keeps its files in `engine/` under it. */
  directory: string;
  logger: Logger;
  onLost?: (error: Error) => void;
}

/**
 * A Docker engine of our own, in process, mount and network namespaces of its own: it can neither see nor
 * disturb another engine, its containers have no network, and nothing of it outlives it. Needs root.
 */
export class PrivateEngine implements Service {
  readonly name = 'private container engine';
  readonly socketPath: string;
  private readonly directory: string;
  /** The control group of all its containers. */
  readonly cgroup: string;
  private readonly child: SupervisedChild;

  constructor(options: PrivateEngineOptions) {
    this.directory = join(options.directory, 'engine');
    this.socketPath = requireShortPath(join(this.directory, 'docker.sock'));
    this.cgroup = `agentainer-${createHash('sha256').update(this.directory).digest('hex').slice(0, 12)}`;
    this.child = new SupervisedChild({
      logger: options.logger,
      onLost: options.onLost,
      prepare: () => Promise.resolve(void removeCgroups(this.cgroup)),
      child: {
        name: 'dockerd',
        directory: this.directory,
        command: command(this.directory, this.socketPath, this.cgroup),
        endBy: 'end of stdin',
        graceMs: STOP_GRACE_MS,
        isReady: () => engineAnswers(this.socketPath),
        readyWithinMs: READY_DEADLINE_MS,
      },
    });
  }

  /** The process whose end is the end of the engine and all its containers. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  async start(): Promise<void> {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    // The engine would read the machine's /etc/docker/daemon.json otherwise.
    writeFileSync(join(this.directory, 'daemon.json'), '{}', { mode: 0o600 });
    await this.child.start();
  }

  async stop(): Promise<void> {
    const { pid } = this;
    await this.child.stop();
    if (pid === undefined) return;
    await pollUntil(() => Promise.resolve(removeCgroups(this.cgroup)), CGROUP_DEADLINE_MS);
  }
}

function command(directory: string, socketPath: string, cgroup: string): string[] {
  const unshare = commandPath('unshare') ?? 'unshare';
  const namespaces = '--net --mount --propagation slave --pid --fork --kill-child --mount-proc'.split(' ');
  const settings: Record<string, string> = {
    'config-file': join(directory, 'daemon.json'),
    'data-root': join(directory, 'data'),
    // On the covering mount: what describes running processes goes when they do.
    'exec-root': '/run/containerd/docker',
    pidfile: '/run/containerd/docker.pid',
    host: `unix://${socketPath}`,
    group: 'root',
    bridge: 'none',
    iptables: 'false',
    ip6tables: 'false',
    'ip-forward': 'false',
    'ip-masq': 'false',
    'exec-opt': 'native.cgroupdriver=cgroupfs',
    'cgroup-parent': `/${cgroup}`,
    'shutdown-timeout': String(CONTAINER_GRACE_S),
    'log-level': 'warn',
  };
  const engine = [
    commandPath('dockerd') ?? 'dockerd',
    ...Object.entries(settings).map(([k, v]) => `--${k}=${v}`),
  ];
  return [unshare, ...namespaces, '--', '/bin/sh', '-c', INIT, cgroup, ...engine];
}
