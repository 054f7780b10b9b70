import {
  compensatedBy,
  type Definition,
  dependenciesOf,
  InvalidInputError,
  isMap,
  type Json,
  resolvePointer,
  type Source,
} from '@agentainer/core';
import { cutOffOutcome, outcomeText } from './outcome-text.js';
import type { RunStore } from './ports.js';
import type { StoredOutcome } from './records.js';
import { hasManyTasks, stepNamed } from './step-lanes.js';

/** Outcomes read from the record at once: bounds what a process holds of a large step. */
const OUTCOMES_AT_ONCE = 500;

/** JSON text, in one piece or in parts. */
export type JsonText = string | AsyncIterable<string>;

/** Reads values out of a run's record: its input, and what its steps resulted in. */
export class RunValues {
  constructor(
    private readonly runs: Pick<RunStore, 'input' | 'load' | 'outcomes'>,
    private readonly runId: string,
    private readonly definition: Definition,
  ) {}

  /**
   * The value that a source names.
   * @throws {InvalidInputError} where the source's pointer leads to nothing.
   */
  async resolve(source: Source): Promise<Json> {
    if ('value' in source) return source.value as Json;
    const [document, pointer] =
      'input' in source
        ? [await this.input(), source.input]
        : [await this.text(await this.ofStep(source.step)), source.pointer];
    const value = resolvePointer(JSON.parse(document) as Json, pointer);
    if (value !== undefined) return value;
    const where = 'input' in source ? 'the input of the run' : `the result of step ${source.step}`;
    throw new InvalidInputError([{ path: pointer, message: `is not there in ${where}` }]);
  }

  async input(): Promise<string> {
    return (await this.runs.input(this.runId)) ?? 'null';
  }

  /**
   * What a step resulted in: the result of its task, or for a map step the list of its results in item
   * order, with null for an item that failed, and without the items that were dropped.
   */
  async ofStep(name: string): Promise<JsonText> {
    const step = stepNamed(this.definition, name);
    if (isMap(step)) return list(this.outcomes(name), resultOf);
    // The last task of a tree is the one at its top.
    const last = hasManyTasks(step) ? (await this.totalOf(name)) - 1 : 0;
    const [outcome] = await this.runs.outcomes(this.runId, name, last, 1);
    return outcome && 'result' in outcome ? outcome.result : 'null';
  }

  /** The results of a map step one by one, as {@link ofStep} has them; the texts of some at a time are held. */
  async *resultsOf(name: string): AsyncIterable<string> {
    for await (const page of this.outcomes(name)) {
      for (const outcome of page) {
        const result = resultOf(outcome);
        if (result !== undefined) yield result;
      }
    }
  }

  /** What several steps resulted in, as one object by step. */
  async *ofSteps(names: string[]): AsyncIterable<string> {
    for (const [i, name] of names.entries()) {
      yield `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`;
      const value = await this.ofStep(name);
      if (typeof value === 'string') yield value;
      else yield* value;
    }
    yield names.length === 0 ? '{}' : '}';
  }

  /** How each task of a map step ended, in item order and without dropped items: what a reduce step gets. */
  outcomesOf(name: string): AsyncIterable<string> {
    return list(this.outcomes(name), outcomeText);
  }

  /** The same of the tasks `first` … `first + count - 1` alone. */
  outcomesIn(name: string, { first, count }: { first: number; count: number }): AsyncIterable<string> {
    const pages = this.outcomes(name, { first, count });
    return list(pages, (outcome, index) => outcomeText(outcome, first + index));
  }

  /** The result of the run: that of its last step, or of its last steps by name where there are several. */
  async ofRun(): Promise<JsonText> {
    const way = this.definition.steps.filter((step) => compensatedBy(step) === undefined);
    const used = new Set(way.flatMap(dependenciesOf));
    const last = way.map((s) => s.name).filter((name) => !used.has(name));
    return last.length === 1 ? this.ofStep(last[0]!) : this.ofSteps(last);
  }

  async text(value: JsonText): Promise<string> {
    if (typeof value === 'string') return value;
    const parts: string[] = [];
    for await (const part of value) parts.push(part);
    return parts.join('');
  }

  /** Of tasks of a step that has ended: of all, or of those in a range. */
  private async *outcomes(
    name: string,
    range?: { first: number; count: number },
  ): AsyncIterable<StoredOutcome[]> {
    const run = await this.runs.load(this.runId);
    const step = run?.steps.find((s) => s.name === name);
    if (!step) return;
    const cutOff = cutOffOutcome(step);
    const { first, count } = range ?? { first: 0, count: step.total };
    for (let from = first; from < first + count; from += OUTCOMES_AT_ONCE) {
      const some = Math.min(OUTCOMES_AT_ONCE, first + count - from);
      const outcomes = await this.runs.outcomes(this.runId, name, from, some);
      yield outcomes.map((outcome) => outcome ?? cutOff);
    }
  }

  private async totalOf(step: string): Promise<number> {
    const run = await this.runs.load(this.runId);
    return run?.steps.find((s) => s.name === step)?.total ?? 0;
  }
}

/** Undefined where the item was dropped. */
function resultOf(outcome: StoredOutcome | undefined): string | undefined {
  if (outcome && 'dropped' in outcome) return undefined;
  return outcome && 'result' in outcome ? outcome.result : 'null';
}

async function* list(
  pages: AsyncIterable<StoredOutcome[]>,
  write: (outcome: StoredOutcome, index: number) => string | undefined,
): AsyncIterable<string> {
  let index = 0;
  let separator = '[';
  for await (const page of pages) {
    const texts = page.map((outcome, i) => write(outcome, index + i)).filter((text) => text !== undefined);
    index += page.length;
    if (texts.length === 0) continue;
    yield separator + texts.join(',');
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
