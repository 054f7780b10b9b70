import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import { type ConditionReferences, referencesOf } from './condition-references.js';
import type { Json } from './json.js';
import { withinTime } from './within-time.js';

export const CONDITION_LIMITS = {
  /** Characters of the expression. */
  length: 1_000,
  /** Bytes of JSON of all values that it looks at. */
  values: 64 * 1_024,
  /** Milliseconds that its evaluation may take. */
  time: 250,
} as const;

/** What an expression may look at; each is present as far as the expression names it. */
export interface ConditionValues {
  input: Json;
  state: Record<string, Json>;
  results: Record<string, Json>;
}

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 500, maxDepth: 32, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 },
})
  .registerVariable('input', 'dyn')
  .registerVariable('state', 'map')
  .registerVariable('results', 'map');

/** JSON has one kind of number, the language two: literals without a point are integers, values are not. */
const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
for (const [operator, apply] of Object.entries(ARITHMETIC)) {
  const mixed = (a: unknown, b: unknown) => apply(Number(a), Number(b));
  environment.registerOperator(`double ${operator} int`, mixed);
  environment.registerOperator(`int ${operator} double`, mixed);
}

/**
 * An expression over a run's input, state and results, in a part of the Common Expression Language: no loops, no
 * regular expressions, only the functions of a short list. It can neither run for long nor reach anything else.
 */
export class Expression {
  /** What it looks at. */
  readonly references: ConditionReferences;
  /** The type of its value as far as that is known before it is evaluated, else `dyn`. */
  readonly type: string;
  private readonly evaluation: ParseResult;

  /** @throws {Error} with what is wrong, for people, where the text is no expression. */
  constructor(text: string) {
    this.evaluation = environment.parse(text);
    const { valid, type = 'dyn', error } = this.evaluation.check();
    if (!valid) throw error ?? new Error('is not an expression');
    this.type = type;
    this.references = referencesOf(this.evaluation.ast as ASTNode);
  }

  /** Never throws. Takes no longer than {@link CONDITION_LIMITS} allow. */
  evaluate(values: ConditionValues): { value: unknown } | { fault: string } {
    const size = Buffer.byteLength(JSON.stringify(values));
    if (size > CONDITION_LIMITS.values) {
      return { fault: `it looks at ${size} bytes, which is more than ${CONDITION_LIMITS.values}` };
    }
    try {
      return { value: withinTime<unknown>(CONDITION_LIMITS.time, () => this.evaluation({ ...values })) };
    } catch (error) {
      return { fault: expressionFault(error) };
    }
  }
}

/** The library's message without the excerpt of the expression that it ends with. */
export function expressionFault(error: unknown): string {
  if (error instanceof Error && 'summary' in error) return String(error.summary);
  return error instanceof Error ? error.message : String(error);
}
