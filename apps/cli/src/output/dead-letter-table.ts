import type { DeadLetterBody, DeadLetterDetailsBody } from '@agentainer/contracts';
import { jobDetails } from './job-table.js';
import { table } from './table.js';
import type { Terminal } from './terminal.js';
import { timeText } from './text.js';

/** Dead letters, one a line. */
export function deadLetterTable(letters: readonly DeadLetterBody[]): string {
  const head = ['JOB', 'WORKFLOW', 'STEP', 'ATTEMPTS', 'FAILED', 'ERROR', 'MESSAGE'];
  const rows = letters.map((letter) => [
    ...[letter.id, letter.workflow_id, letter.step_id, letter.attempts],
    ...[timeText(letter.finished_at), letter.error.code, letter.error.message],
  ]);
  return letters.length > 0 ? table(head, rows) : 'no dead letters\n';
}

/** One dead letter with its last attempts. */
export function deadLetterDetails(letter: DeadLetterDetailsBody, terminal: Terminal): string {
  const head = ['ATTEMPT', 'ENDED', 'AGENT', 'END', 'ERROR', 'MESSAGE'];
  const rows = letter.history.map(({ attempt, ended_at, agent_id, end, error }) => [
    ...[attempt, timeText(ended_at), agent_id, end],
    ...[error.code, error.message],
  ]);
  return jobDetails(letter, terminal) + (rows.length > 0 ? `\n${table(head, rows)}` : '');
}
