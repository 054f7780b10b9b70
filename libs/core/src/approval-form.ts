import { z } from 'zod';
import type { Fault } from './errors.js';
import type { Json } from './json.js';

/** Fields of a form, and characters of a text in it, unless the field allows fewer. */
const MOST_FIELDS = 50;
const LONGEST_TEXT = 10_000;

const common = { title: z.string().max(200).optional(), required: z.boolean().default(false) };
const fieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...common,
    enum: z.array(z.string().max(200)).min(1).max(100).optional(),
    max_length: z.int().min(1).max(LONGEST_TEXT).default(LONGEST_TEXT),
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    ...common,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...common }),
]);
type Field = z.output<typeof fieldSchema>;

/** What an approver fills in: fields by name. */
export const formSchema = z
  .record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a name such as "reason"'), fieldSchema)
  .refine((form) => Object.keys(form).length <= MOST_FIELDS, `must not have more than ${MOST_FIELDS} fields`);
export type Form = z.output<typeof formSchema>;

/** What is wrong with a form that was filled in. Who rejects need not fill in what is required. */
export function formFaults(form: Form, data: Json, decision: 'approve' | 'reject'): Fault[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return [{ path: 'data', message: 'must be an object of the fields of the form' }];
  }
  const unknown = Object.keys(data).filter((name) => !Object.hasOwn(form, name));
  return [
    ...unknown.map((name) => ({ path: `data.${name.slice(0, 100)}`, message: 'is not a field of the form' })),
    ...Object.entries(form).flatMap(([name, field]) => {
      const value = Object.hasOwn(data, name) ? data[name] : undefined;
      const message = value === undefined ? missingFault(field, decision) : valueFault(field, value);
      return message ? [{ path: `data.${name}`, message }] : [];
    }),
  ];
}

function missingFault(field: Field, decision: 'approve' | 'reject'): string | undefined {
  return field.required && decision === 'approve' ? 'is required' : undefined;
}

function valueFault(field: Field, value: Json): string | undefined {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'string':
      if (typeof value !== 'string') return 'must be a text';
      if (field.enum && !field.enum.includes(value)) return `must be one of ${field.enum.join(', ')}`;
      return value.length > field.max_length ? `must not be longer than ${field.max_length}` : undefined;
    case 'number':
    case 'integer':
      if (typeof value !== 'number') return 'must be a number';
      if (field.type === 'integer' && !Number.isInteger(value)) return 'must be an integer';
      if (field.minimum !== undefined && value < field.minimum) return `must be at least ${field.minimum}`;
      return field.maximum !== undefined && value > field.maximum
        ? `must be at most ${field.maximum}`
        : undefined;
  }
}
