import type { ExplanationBody } from '@agentainer/contracts';
import { chosenRun, runChoice } from '../chosen-run.js';
import { type Commands, print } from '../context.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { printable, statusText } from '../output/text.js';

/** `agentainer workflow explain`. */
export const workflowExplainCommand: Commands = (yargs, context) =>
  yargs.command('explain <id>', 'Say why the steps of a run wait', runChoice, async (argv) => {
    const client = context.client(argv);
    const explanation = await client.explainRun(await chosenRun(client, argv));
    print(context.terminal, argv, explanation, () => explanationTable(explanation, context.terminal));
  });

function explanationTable({ steps }: ExplanationBody, terminal: Terminal): string {
  const rows = steps.flatMap(({ step, status, running, waiting, reasons }) => {
    const [first, ...more] = reasons.map(({ message }) => printable(message));
    return [
      [step, statusText(status, terminal), running, waiting, first],
      ...more.map((reason) => [' ', ' ', ' ', ' ', reason]),
    ];
  });
  return rows.length > 0
    ? table(['STEP', 'STATUS', 'RUNNING', 'WAITING', 'BECAUSE'], rows)
    : 'every step has ended\n';
}
