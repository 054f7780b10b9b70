import type { ExplanationBody, WaitReasonBody } from '@agentainer/contracts';
import { formatDuration } from '@agentainer/core';
import { type Commands, print } from '../context.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { statusText, timeText } from '../output/text.js';

/** `agentainer workflow explain`. */
export const workflowExplainCommand: Commands = (yargs, context) =>
  yargs.command(
    'explain <run>',
    'Say why the steps of a run wait',
    (line) => line.positional('run', { type: 'string', demandOption: true }),
    async (argv) => {
      const explanation = await context.client(argv).explainRun(argv.run);
      print(context.terminal, argv, explanation, () => explanationTable(explanation, context.terminal));
    },
  );

function explanationTable({ steps }: ExplanationBody, terminal: Terminal): string {
  const rows = steps.flatMap(({ step, status, running, waiting, reasons }) => {
    const [first, ...more] = reasons.map(reasonText);
    return [
      [step, statusText(status, terminal), running, waiting, first],
      ...more.map((reason) => [' ', ' ', ' ', ' ', reason]),
    ];
  });
  return rows.length > 0
    ? table(['STEP', 'STATUS', 'RUNNING', 'WAITING', 'BECAUSE'], rows)
    : 'every step has ended\n';
}

function reasonText(why: WaitReasonBody): string {
  switch (why.reason) {
    case 'dependency':
      return `it needs ${why.on.map(({ step, status }) => `${step} (${status})`).join(', ')}`;
    case 'opening':
      return 'it is about to be opened';
    case 'paused':
      return 'the run is paused';
    case 'waits_for': {
      const what = why.signal === undefined ? `for its ${why.what}` : `for the signal ${why.signal}`;
      return `it waits ${what}${why.until === null ? '' : `, until ${timeText(why.until)}`}`;
    }
    case 'child_runs':
      return `${why.running} runs that it started have not ended`;
    case 'retry_backoff':
      return `${why.tasks} failed and are tried again, the next at ${timeText(why.until)}`;
    case 'parallel_limit':
      return `${why.running} of ${why.limit} tasks at once run already`;
    case 'rate':
      return `${limitText(why)}: ${why.count} per ${formatDuration(why.per_ms)} were begun; the next at ${timeText(why.until)}`;
    case 'limit':
      return `${limitText(why)}: ${why.held} of ${why.max_parallel} at once, ${why.lanes_waiting} lanes in line`;
    case 'no_host':
      return `no host makes agents for ${why.pool}`;
    case 'pool_drained':
      return `${why.pool} is drained: it starts no agents`;
    case 'pool_broken':
      return `${why.pool} on ${why.host}: ${why.error.message}; tried again at ${timeText(why.retry_at)}`;
    case 'agents_starting':
      return `${why.pool} on ${why.host}: ${why.starting} agents are starting`;
    case 'pool_full':
      return `${why.pool} on ${why.host}: ${why.busy} of ${why.size} agents busy, ${why.lanes_waiting} lanes in line`;
    case 'queued':
      return `it is in the queue of ${why.pool} until a worker takes it`;
  }
}

function limitText(limit: Extract<WaitReasonBody, { reason: 'limit' | 'rate' }>): string {
  if (limit.limit === 'global') return 'the limit of the instance';
  return limit.limit === 'workflow'
    ? 'the limit of the workflow'
    : `the limit of ${limit.key} = ${limit.value}`;
}
