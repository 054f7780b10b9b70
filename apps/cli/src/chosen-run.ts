import type { AgentainerClient } from '@agentainer/sdk';
import type { Argv } from 'yargs';
import type { GlobalOptions } from './context.js';
import { MissingError, UsageError } from './exit-codes.js';

/** How a command says of which run it speaks. */
export interface RunChoice {
  id: string;
  run: string | undefined;
}

/** Arguments of a command that speaks of a run; {@link chosenRun} has its id. */
export function runChoice(line: Argv<GlobalOptions>) {
  return line
    .positional('id', {
      type: 'string',
      demandOption: true,
      describe: 'Of a run, or of a workflow, whose latest run is meant',
    })
    .option('run', { type: 'string', describe: 'Another run of the workflow than the latest' });
}

export function isRunId(id: string): boolean {
  return id.startsWith('run_');
}

/** @throws {MissingError} where the workflow has no such run */
export async function chosenRun(client: AgentainerClient, { id, run }: RunChoice): Promise<string> {
  if (isRunId(id)) {
    if (run !== undefined && run !== id) throw new UsageError(`--run: ${id} is a run already`);
    return id;
  }
  if (run === undefined) {
    const { latest_run } = await client.getWorkflow(id);
    if (!latest_run) throw new MissingError(`workflow ${id} was never started`);
    return latest_run.id;
  }
  const { workflow_id } = await client.getRun(run);
  if (workflow_id !== id) throw new MissingError(`run ${run} is not of workflow ${id}`);
  return run;
}
