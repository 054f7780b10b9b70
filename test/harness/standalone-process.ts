import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AgentainerClient } from '@agentainer/sdk';
import { until } from './until.js';

const PROGRAM = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));

/** An `agentainer up` as a process of its own, on a data directory and the tests' container engine. */
export class StandaloneProcess {
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;
  output = '';

  constructor(private readonly directory: string) {
    this.child = spawn(process.execPath, [PROGRAM], {
      env: {
        PATH: process.env.PATH,
        AGENTAINER_DATA: directory,
        AGENTAINER_PORT: '0',
        AGENTAINER_DRIVER: 'docker',
        AGENTAINER_DOCKER_SOCKET: process.env.AGENTAINER_TEST_DOCKER_SOCKET,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.exited = once(this.child, 'exit').then(([code]) => code as number | null);
  }

  /** Resolves when it has said where it is; its client. */
  async ready(): Promise<AgentainerClient> {
    await until('agentainer up', () => {
      if (this.child.exitCode !== null) throw new Error(this.output);
      return this.output.includes('Agentainer Flow:');
    });
    return new AgentainerClient(this.credentials());
  }

  credentials(): { url: string; key: string } {
    return JSON.parse(readFileSync(join(this.directory, 'credentials.json'), 'utf8')) as {
      url: string;
      key: string;
    };
  }

  /** Sends a signal and resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.exited;
  }

  /** Resolves with the exit code when it ends by itself. */
  ended(): Promise<number | null> {
    return this.exited;
  }
}
