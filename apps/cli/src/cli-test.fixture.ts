import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeApi } from '@agentainer/api/fake-api';
import type { FakeRun } from '@agentainer/testing';
import { runCli } from './cli.js';
import { FakeTerminal } from './output/fake-terminal.fixture.js';

export const DEFINITION = {
  name: 'etl',
  steps: [
    { name: 'list', image: 'lister' },
    { type: 'map' as const, name: 'fetch', image: 'scraper', items: { step: 'list' } },
  ],
};

/** The command against the real HTTP surface over stores in memory, anew for each test. */
export class CliTest {
  api!: FakeApi;
  terminal!: FakeTerminal;
  key!: string;
  directory!: string;

  readonly start = async () => {
    this.api = new FakeApi();
    await this.api.start();
    this.key = this.api.key('admin');
    this.terminal = new FakeTerminal();
    this.directory = mkdtempSync(join(tmpdir(), 'af-cli-'));
  };

  readonly stop = async () => {
    await this.api.stop();
    rmSync(this.directory, { recursive: true, force: true });
  };

  /** Runs a command line and gives its exit code. */
  readonly cli = (...argv: string[]) =>
    runCli([...argv, '--url', this.api.address, '--key', this.key], this.terminal);

  /** What it printed, as JSON. */
  readonly json = () => JSON.parse(this.terminal.stdout) as Record<string, string>;

  /** A file of the test's own. */
  readonly file = (name: string, content: unknown): string => {
    const path = join(this.directory, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  /** A run of a new workflow, of which no step is open. */
  readonly startedRun = async (): Promise<FakeRun> => {
    const workflow = await this.api.workflow(DEFINITION);
    return this.api.runs.add({ definition: workflow.definition, workflow });
  };

  /** Lets a run go one stage further with every look at it. */
  readonly play = (run: FakeRun, stages: (() => void)[]): void => {
    const load = this.api.runs.load.bind(this.api.runs);
    this.api.runs.load = (id) => {
      if (id === run.id) stages.shift()?.();
      return load(id);
    };
  };
}
