import type { IncomingMessage } from 'node:http';
import { type Fault, InvalidInputError } from '@agentainer/core';

/** The parameters of a request's query. @throws {InvalidInputError} for one that is given twice. */
export function queryOf(request: IncomingMessage): Record<string, string> {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  const parameters = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const faults: Fault[] = [];
  const query: Record<string, string> = {};
  for (const [name, value] of parameters) {
    if (Object.hasOwn(query, name)) faults.push({ path: name, message: 'must be given only once' });
    // Not an assignment: that would take a parameter named __proto__ for the prototype, and lose it.
    Object.defineProperty(query, name, { value, enumerable: true, configurable: true });
  }
  if (faults.length > 0) throw new InvalidInputError(faults);
  return query;
}
