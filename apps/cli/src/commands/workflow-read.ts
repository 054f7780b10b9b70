import { RUN_TRANSITIONS, type RunState } from '@agentainer/core';
import type { WorkflowBody, WorkflowSummaryBody } from '@agentainer/contracts';
import { type Commands, print } from '../context.js';
import { wholeNumber } from '../input.js';
import { nextPageHint } from '../output/job-table.js';
import { fields, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { statusText, timeText } from '../output/text.js';
import { pageOptions } from '../paging.js';

const RUN_STATUSES = Object.keys(RUN_TRANSITIONS) as RunState[];

/** `agentainer workflow list`. */
export const workflowListCommand: Commands = (yargs, context) =>
  yargs.command(
    'list',
    'List workflows, newest first',
    (line) =>
      pageOptions(line).option('status', {
        choices: RUN_STATUSES,
        describe: 'Only where the latest run has it',
      }),
    async (argv) => {
      const { limit, cursor, status, json } = argv;
      const page = await context.client(argv).listWorkflows({ limit, cursor, status });
      print(context.terminal, { json }, page, () => workflowTable(page.items, context.terminal));
      if (!json) context.terminal.err(nextPageHint(page));
    },
  );

/** `agentainer workflow get`. */
export const workflowGetCommand: Commands = (yargs, context) =>
  yargs.command(
    'get <id>',
    'Show a workflow and its steps',
    (line) =>
      line.positional('id', { type: 'string', demandOption: true }).option('of-version', {
        type: 'string',
        coerce: wholeNumber('of-version'),
        describe: 'Another version than the latest',
      }),
    async (argv) => {
      const workflow = await context.client(argv).getWorkflow(argv.id, { version: argv.ofVersion });
      print(context.terminal, argv, workflow, () => workflowDetails(workflow, context.terminal));
    },
  );

function workflowTable(workflows: readonly WorkflowSummaryBody[], terminal: Terminal): string {
  const rows = workflows.map(({ id, name, steps, latest_run, created_at }) => [
    id,
    name,
    steps.length,
    latest_run && statusText(latest_run.status, terminal),
    latest_run?.id,
    timeText(created_at),
  ]);
  return workflows.length > 0
    ? table(['WORKFLOW', 'NAME', 'STEPS', 'STATUS', 'LATEST RUN', 'CREATED'], rows)
    : 'no workflows\n';
}

function workflowDetails(workflow: WorkflowBody, terminal: Terminal): string {
  const { id, version, name, description, latest_run, created_at, updated_at, definition } = workflow;
  const details = fields([
    ['workflow', id],
    ['name', name],
    ['description', description],
    ['version', version],
    ['created', timeText(created_at)],
    ['updated', timeText(updated_at)],
    ['timeout', definition.config?.timeout],
    ['max parallel', definition.config?.max_parallel],
    ['latest run', latest_run && `${latest_run.id} ${statusText(latest_run.status, terminal)}`],
  ]);
  const rows = definition.steps.map((step) => [
    ...[step.name, step.type, 'image' in step ? step.image : undefined, step.depends_on?.join(', ')],
    ...('image' in step ? [step.execution_mode, step.timeout] : []),
  ]);
  return `${details}\n${table(['STEP', 'TYPE', 'IMAGE', 'DEPENDS ON', 'MODE', 'TIMEOUT'], rows)}`;
}
