import { z } from 'zod';
import type { ConditionReferences } from './condition-references.js';
import { CONDITION_LIMITS, type ConditionValues, Expression, expressionFault } from './expression.js';

export { CONDITION_LIMITS, type ConditionValues };

/** What became of a condition: it holds or not, or why that cannot be told. */
export type ConditionOutcome = { holds: boolean } | { fault: string };

/** An {@link Expression} that is true or false. */
export class Condition {
  private readonly expression: Expression;

  /** @throws {Error} with what is wrong, for people, where the text is no condition. */
  constructor(text: string) {
    this.expression = new Expression(text);
    const { type } = this.expression;
    if (type !== 'bool' && type !== 'dyn') throw new Error(`is not true or false, but of the type ${type}`);
  }

  /** What it looks at. */
  get references(): ConditionReferences {
    return this.expression.references;
  }

  /** Never throws. Takes no longer than {@link CONDITION_LIMITS} allow. */
  evaluate(values: ConditionValues): ConditionOutcome {
    const outcome = this.expression.evaluate(values);
    if ('fault' in outcome) return outcome;
    const { value } = outcome;
    return typeof value === 'boolean' ? { holds: value } : { fault: 'it is neither true nor false' };
  }
}

/** An expression that is a {@link Condition}. */
export const conditionSchema = z
  .string()
  .min(1)
  .max(CONDITION_LIMITS.length)
  .superRefine((text, ctx) => {
    try {
      new Condition(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: `is not a condition: ${expressionFault(error)}` });
    }
  });
