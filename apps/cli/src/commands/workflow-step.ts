import type { RunStepBody } from '@agentainer/contracts';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { fields, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { durationText, statusText, timeText } from '../output/text.js';

/** `agentainer workflow step`. */
export const workflowStepCommand: Commands = (yargs, context) =>
  yargs.command(
    'step <id> <step>',
    'Show how far one step of a run is, and what its running tasks report',
    (line) => runChoice(line).positional('step', { type: 'string', demandOption: true }),
    async (argv) => {
      const client = context.client(argv);
      const step = await client.getStep(await chosenRun(client, argv), argv.step);
      print(context.terminal, argv, step, () => stepText(step, context.terminal));
    },
  );

function stepText(step: RunStepBody, terminal: Terminal): string {
  const { pending, running, retrying, completed, failed, timed_out, cancelled } = step;
  const counts = { completed, running, pending, retrying, failed, timed_out, cancelled };
  const details = fields([
    ['step', step.name],
    ['type', step.type],
    ['status', statusText(step.status, terminal)],
    [
      'tasks',
      [
        `${step.total} in all`,
        ...Object.entries(counts).flatMap(([state, n]) => (n > 0 ? `${n} ${state}` : [])),
      ].join(', '),
    ],
    ['started', timeText(step.started_at)],
    ['finished', timeText(step.finished_at)],
    ['duration', durationText(step.duration_ms)],
    ['eta', timeText(step.estimated_completion_at)],
    ['error', step.error && `${step.error.code}: ${step.error.message}`],
  ]);
  if (step.progress.length === 0) return details;
  const rows = step.progress.map(({ index, at, value }) => [index, timeText(at), JSON.stringify(value)]);
  return `${details}\n${table(['TASK', 'AT', 'PROGRESS'], rows)}`;
}
