import type { RunBody } from '@agentainer/contracts';
import type { AgentainerClient } from '@agentainer/sdk';
import { RunFailedError } from './exit-codes.js';
import { failureText, progressView } from './output/progress.js';
import type { Terminal } from './output/terminal.js';

/** Waits for a run's end and shows its progress where people look, so that the result can go to a pipe. */
export function followRun(client: AgentainerClient, runId: string, terminal: Terminal): Promise<RunBody> {
  const { liveErr, columns } = terminal;
  const view = progressView((text) => terminal.err(text), {
    live: liveErr,
    colour: liveErr && terminal.colour,
    columns,
  });
  return client.waitForRun(runId, { onProgress: (run) => view.show(run) });
}

/** @throws {RunFailedError} where it has ended in another way than asked for. */
export function mustHaveCompleted(run: RunBody): void {
  if (run.status !== 'completed') throw new RunFailedError(failureText(run));
}
