import {
  formatTaskId,
  isTerminal,
  newId,
  parseTaskId,
  RUN_TRANSITIONS,
  type TaskAddress,
} from '@agentainer/core';
import type { RunStore } from './ports.js';
import type { RunRecord } from './records.js';
import type { TaskChoice } from './rerun-plan.js';
import type { Rerunner } from './rerunner.js';
import { failuresOf } from './step-success.js';

/** Outcomes read at once. */
const OUTCOMES_AT_ONCE = 500;
/** Bounds of one call: runs looked at, runs made, and milliseconds after which it makes no further one. */
const RUNS_LOOKED_AT = 200;
const RUNS_MADE = 20;
const TIME_MS = 3_000;

/** Which dead letters are meant; all of them where nothing is said. */
export interface DeadLetterFilter {
  workflow?: string;
  step?: string;
  /** Of the error. */
  code?: string;
}

/** A run that runs failed tasks of another one again. */
export interface Redrive {
  runId: string;
  of: string;
  /** How many of the dead letters asked for are of that one. */
  letters: number;
}

type Refusal =
  | { reason: 'no_dead_letter' }
  /** Its run was redriven before. */
  | { reason: 'redriven'; by: string }
  /** What its run did was undone: it can only be repeated as a whole. */
  | { reason: 'compensated' };
const NONE: Refusal = { reason: 'no_dead_letter' };

/** A task that was asked for and is not run again, and why. */
export type RefusedRedrive = { id: string } & Refusal;

/**
 * Runs tasks again that failed for good, in one new run for each run that they are of. Dead letters that were not
 * asked for stay in the new run as they ended and are dead letters of that one; those of a run that was redriven are
 * never redriven again. The new run is named in the record of the old one before it is made, so that a crash in
 * between leaves none or one of it. Its own record says whose choice it runs: of requests that come at the same time
 * one makes it, and the others are told that it did. A request that is repeated under its id finds what it made.
 */
export class Redriver {
  constructor(
    private readonly runs: Pick<RunStore, 'load' | 'outcomes' | 'withDeadLetters' | 'noteRedrive'>,
    private readonly rerunner: Pick<Rerunner, 'rerun'>,
  ) {}

  /**
   * @param ids of tasks; each of them is either run again or refused.
   * @param request the id of whatever asks, the same when it is repeated
   */
  async byIds(
    ids: string[],
    request = newId('run'),
  ): Promise<{ redriven: Redrive[]; refused: RefusedRedrive[] }> {
    const asked = new Map<string, TaskAddress[]>();
    const refused: RefusedRedrive[] = [];
    for (const id of new Set(ids)) {
      const address = parseTaskId(id);
      if (address) asked.set(address.runId, [...(asked.get(address.runId) ?? []), address]);
      else refused.push({ id, reason: 'no_dead_letter' });
    }
    const redriven: Redrive[] = [];
    for (const [runId, tasks] of asked) {
      const run = await this.dead(runId);
      const letters = run ? await this.lettersAmong(tasks) : [];
      const answer = run && letters.length > 0 ? await this.redrive(run, letters, request) : NONE;
      if ('runId' in answer) redriven.push(answer);
      for (const task of tasks) {
        const refusal = !letters.includes(task) ? NONE : 'reason' in answer ? answer : undefined;
        if (refusal) refused.push({ id: formatTaskId(task), ...refusal });
      }
    }
    return { redriven, refused };
  }

  /**
   * Those that a filter names, or a part of them where they are many.
   * @param request as for {@link byIds}
   * @param after where to go on, as the call before said: it was not the end if it said so
   */
  async matching(
    filter: DeadLetterFilter,
    request = newId('run'),
    after?: string,
  ): Promise<{ redriven: Redrive[]; next?: string }> {
    const redriven: Redrive[] = [];
    const endsAt = performance.now() + TIME_MS;
    let cursor = after;
    for (let seen = 0; seen < RUNS_LOOKED_AT; seen++) {
      const { items, next } = await this.runs.withDeadLetters({ limit: 1, cursor });
      const done = items[0] === undefined ? undefined : await this.redriveMatching(items[0], filter, request);
      if (done) redriven.push(done);
      if (next === undefined) return { redriven };
      cursor = next;
      if (redriven.length >= RUNS_MADE || performance.now() > endsAt) break;
    }
    return { redriven, next: cursor };
  }

  private async redriveMatching(
    runId: string,
    filter: DeadLetterFilter,
    request: string,
  ): Promise<Redrive | undefined> {
    const run = await this.dead(runId);
    const redriver = run && (await redriverOf(this.runs, run));
    if (!run || (redriver && redriver.redriveRequest !== request)) return undefined;
    if (filter.workflow && run.workflowId !== filter.workflow) return undefined;
    const letters = await this.lettersOf(run, filter);
    const answer = letters.length > 0 ? await this.redrive(run, letters, request) : NONE;
    return 'runId' in answer ? answer : undefined;
  }

  /** Whoever asks for tasks of the same run at the same time makes the same new run, which is that of one of them. */
  private async redrive(run: RunRecord, letters: TaskAddress[], request: string): Promise<Redrive | Refusal> {
    if (run.state === 'compensated' || run.state === 'compensation_failed') return { reason: 'compensated' };
    const id = await this.runs.noteRedrive(run.id, newId('run'));
    if (id === undefined) return NONE;
    const scope = { kind: 'redrive' as const, tasks: choiceOf(letters) };
    const made = (await this.runs.load(id)) ?? (await this.rerunner.rerun(run.id, { id, scope, request }));
    if (made.redriveRequest !== request) return { reason: 'redriven', by: id };
    return { runId: id, of: run.id, letters: letters.length };
  }

  private async dead(runId: string): Promise<RunRecord | undefined> {
    const run = await this.runs.load(runId);
    return run && isTerminal(RUN_TRANSITIONS, run.state) ? run : undefined;
  }

  private async lettersOf(run: RunRecord, { step: wanted, code }: DeadLetterFilter): Promise<TaskAddress[]> {
    const found: TaskAddress[] = [];
    for (const step of run.steps) {
      if (failuresOf(step) === 0 || (wanted && wanted !== step.name)) continue;
      for (let from = 0; from < step.total; from += OUTCOMES_AT_ONCE) {
        const outcomes = await this.runs.outcomes(run.id, step.name, from, OUTCOMES_AT_ONCE);
        outcomes.forEach((outcome, i) => {
          if (outcome && 'error' in outcome && (!code || outcome.error.code === code))
            found.push({ runId: run.id, step: step.name, index: from + i });
        });
      }
    }
    return found;
  }

  private async lettersAmong(asked: TaskAddress[]): Promise<TaskAddress[]> {
    const outcomes = await Promise.all(
      asked.map(({ runId, step, index }) => this.runs.outcomes(runId, step, index, 1)),
    );
    return asked.filter((_, i) => outcomes[i]?.[0] && 'error' in outcomes[i][0]);
  }
}

/** The run that redrove one; undefined where it was only named, or is gone: then it may be redriven. */
export async function redriverOf(
  runs: Pick<RunStore, 'load'>,
  { redrivenBy }: RunRecord,
): Promise<RunRecord | undefined> {
  return redrivenBy === undefined ? undefined : runs.load(redrivenBy);
}

function choiceOf(tasks: TaskAddress[]): TaskChoice {
  const choice = new Map<string, Set<number>>();
  for (const { step, index } of tasks) {
    if (!choice.has(step)) choice.set(step, new Set());
    choice.get(step)!.add(index);
  }
  return choice;
}
