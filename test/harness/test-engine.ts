import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAgentImage, PrivateEngine } from '@agentainer/embedded';

const quiet = { ...console, warn: () => undefined, info: () => undefined } as never;

/** A container engine of one test, with the image of the fake agent, which comes and goes as the test says. Needs root. */
export class TestEngine {
  private readonly directory = mkdtempSync(join(tmpdir(), 'e-'));
  private engine: PrivateEngine | undefined;

  get socketPath(): string {
    return this.engine!.socketPath;
  }

  async start(): Promise<void> {
    this.engine = new PrivateEngine({ directory: this.directory, logger: quiet });
    await this.engine.start();
    // The set-up of the tests has bundled the agent there.
    const bundle = join(tmpdir(), 'fake-agent.mjs');
    const name = process.env.AGENTAINER_TEST_AGENT_IMAGE!;
    await buildAgentImage({ socketPath: this.socketPath, name, bundle });
  }

  async stop(): Promise<void> {
    await this.engine?.stop();
  }

  /** Ends it in order, which ends its containers one after another, and starts it again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it with all its containers at once; it stays away. */
  async vanish(): Promise<void> {
    const { pid } = this.engine!;
    const stopped = this.engine!.stop();
    process.kill(pid!, 'SIGKILL');
    await stopped;
  }

  /** Ends it with all its containers at once; it starts again by itself. */
  crash(): void {
    process.kill(this.engine!.pid!, 'SIGKILL');
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
