import type { Outcome } from './demonstration.js';
import { tableOf } from './demonstration.js';

const TOP = 10;

/** What came out, as lines for people. */
export function reportOf(outcome: Outcome, workers: number): string[] {
  const { counts, coldStart, warm, runMs, tasksByAgent } = outcome;
  const words = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const tasks = [...tasksByAgent.values()];
  const total = tasks.reduce((sum, count) => sum + count, 0);
  const start = coldStart.sum / coldStart.count;
  return [
    `The ${TOP} most frequent of ${number(words)} words, ${number(Object.keys(counts).length)} of them different:`,
    ...tableOf(counts, TOP),
    '',
    `Runs            ${seconds(runMs.cold)} without agents at first, ${seconds(runMs.warm)} on warm agents`,
    `Agents          ${tasks.length} served ${total} map tasks (${tasks.join(' + ')}), shared by ${workers} workers`,
    `State           ${outcome.stateCount} texts counted up by the tasks of the second run`,
    `Cold start      ${ms(start)} on average of ${coldStart.count}, until an agent is ready`,
    `Warm hand-over  ${ms(warm.lease)} for the lease, ${ms(warm.whole)} to the answer: ${Math.round(start / warm.whole)}x faster`,
    `Check           ${outcome.isRight ? 'equals' : 'DOES NOT EQUAL'} a plain count of the same files`,
  ];
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function seconds(value: number): string {
  return `${(value / 1_000).toFixed(1)} s`;
}

function ms(value: number): string {
  return `${(value * 1_000).toFixed(1)} ms`;
}
