import { AgentStartError } from '@agentainer/pool';
import type Docker from 'dockerode';
import { statusOf } from './engine.js';
import { credentialsFor } from './registry-credentials.js';

/** How long the pull of one image may take, in milliseconds. */
const PULL_MS = 600_000;
const MISSING = /not found|manifest unknown|does not exist|no such image/i;
const LONGEST_MESSAGE = 500;

/** Pulls images, each one only once at a time. */
export class ImagePulls {
  private readonly underWay = new Map<string, Promise<void>>();

  /** @param authFile of the form of Docker's `config.json` */
  constructor(
    private readonly docker: Docker,
    private readonly authFile: string | undefined,
  ) {}

  /** @throws {AgentStartError} `IMAGE_NOT_FOUND` where the registry does not have it, else `IMAGE_PULL_FAILED` */
  pull(reference: string): Promise<void> {
    const known = this.underWay.get(reference);
    if (known) return known;
    const pulling = this.run(reference).finally(() => this.underWay.delete(reference));
    this.underWay.set(reference, pulling);
    return pulling;
  }

  private async run(reference: string): Promise<void> {
    const authconfig =
      this.authFile === undefined ? undefined : await credentialsFor(reference, this.authFile);
    const abortSignal = AbortSignal.timeout(PULL_MS);
    try {
      const stream = await this.docker.pull(tagged(reference), { authconfig, abortSignal });
      await new Promise<void>((resolve, reject) =>
        this.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
      );
    } catch (error) {
      throw pullError(reference, error);
    }
  }
}

/** Without a tag the engine would pull all that there are. */
function tagged(reference: string): string {
  return /@|:[^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

function pullError(reference: string, error: unknown): AgentStartError {
  const message = error instanceof Error ? error.message : String(error);
  const missing = statusOf(error) === 404 || MISSING.test(message);
  const code = missing ? 'IMAGE_NOT_FOUND' : 'IMAGE_PULL_FAILED';
  return new AgentStartError(code, `${reference} could not be pulled: ${message}`.slice(0, LONGEST_MESSAGE));
}
