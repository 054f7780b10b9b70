import type { Logger, Service } from '@agentainer/runtime';
import { engineAnswers } from './engine-request.js';
import { AlreadyRunningError } from './errors.js';
import { describeMissing, missingPrograms } from './prerequisites.js';
import { PrivateEngine } from './private-engine.js';

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** A container engine to use: one that was found running, or a private one; or why there is none. */
export type EngineAnswer =
  { kind: 'found' | 'private'; socketPath: string } | { kind: 'none'; reason: string };

export interface ContainerEngineOptions {
  /** The data directory, for a private engine's files. */
  directory: string;
  logger: Logger;
  /** The value of DOCKER_HOST; only a Unix socket is of use, as agents are reached by sockets. */
  dockerHost?: string;
  /** Start a private engine even where another one answers. */
  alwaysPrivate?: boolean;
  onLost?: (error: Error) => void;
}

/** Finds a container engine, or starts a private one where that is possible. `answer` tells which. */
export class ContainerEngine implements Service {
  readonly name = 'container engine';
  answer: EngineAnswer = { kind: 'none', reason: 'not started' };
  private engine: PrivateEngine | undefined;

  constructor(private readonly options: ContainerEngineOptions) {}

  /** @throws {AlreadyRunningError} where another process uses the same data directory */
  async start(): Promise<void> {
    this.answer = (await this.find()) ?? (await this.startPrivate());
  }

  async stop(): Promise<void> {
    await this.engine?.stop();
  }

  private async find(): Promise<EngineAnswer | undefined> {
    const { dockerHost, alwaysPrivate } = this.options;
    if (alwaysPrivate) return undefined;
    const socketPath = dockerHost ? /^unix:\/\/(\/.*)/.exec(dockerHost)?.[1] : DEFAULT_SOCKET;
    return socketPath && (await engineAnswers(socketPath)) ? { kind: 'found', socketPath } : undefined;
  }

  private async startPrivate(): Promise<EngineAnswer> {
    if (process.getuid?.() !== 0) return none('no container engine answers, and only root can start one');
    const missing = missingPrograms('engine');
    if (missing.length > 0) return none(`no container engine answers, and ${describeMissing(missing)}`);
    const engine = new PrivateEngine(this.options);
    try {
      await engine.start();
    } catch (error) {
      await engine.stop();
      if (error instanceof AlreadyRunningError) throw error;
      return none(error instanceof Error ? error.message : String(error));
    }
    this.engine = engine;
    return { kind: 'private', socketPath: engine.socketPath };
  }
}

function none(reason: string): EngineAnswer {
  return { kind: 'none', reason };
}
