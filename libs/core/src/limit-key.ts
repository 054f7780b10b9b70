import { z } from 'zod';
import { CONDITION_LIMITS, Expression, expressionFault } from './expression.js';
import type { Json } from './json.js';

/** Characters of the value that a key comes to. */
const MOST_CHARACTERS = 256;
const KINDS = new Set(['string', 'int', 'double', 'bool', 'dyn']);

/** An {@link Expression} over a run's input that says under which value of a limit the run counts. */
export class LimitKey {
  private readonly expression: Expression;

  /** @throws {Error} with what is wrong, for people, where the text is no key. */
  constructor(text: string) {
    this.expression = new Expression(text);
    const { type, references } = this.expression;
    if (!KINDS.has(type)) throw new Error(`is of the type ${type}`);
    if (references.state.length + references.results.length > 0)
      throw new Error('may look at the input only');
    if (references.input.length === 0) throw new Error('does not look at the input');
  }

  /** Places in the input that it looks at, each a list of keys. */
  get paths(): string[][] {
    return this.expression.references.input;
  }

  /** The value for an input, or for what is at its {@link paths}. Never throws. */
  evaluate(input: Json): { value: string } | { fault: string } {
    const outcome = this.expression.evaluate({ input, state: {}, results: {} });
    if ('fault' in outcome) return outcome;
    const { value } = outcome;
    if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
      return { fault: 'it is neither a text nor a number, nor true or false' };
    }
    const text = String(value);
    return text.length > MOST_CHARACTERS
      ? { fault: `it has more than ${MOST_CHARACTERS} characters` }
      : { value: text };
  }
}

/** An expression that is a {@link LimitKey}. */
export const limitKeySchema = z
  .string()
  .min(1)
  .max(CONDITION_LIMITS.length)
  .superRefine((text, ctx) => {
    try {
      new LimitKey(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: `is not a key: ${expressionFault(error)}` });
    }
  });
