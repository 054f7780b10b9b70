import {
  AgentainerError,
  ConflictError,
  InvalidInputError,
  NotFoundError,
  UnavailableError,
} from './errors.js';

it('tells all faults of an input, each with its place', () => {
  const faults = [
    { path: 'steps[2].timeout', message: 'is bad' },
    { path: '', message: 'is no object' },
  ];
  const error = new InvalidInputError(faults);
  expect(error.message).toBe('steps[2].timeout: is bad; is no object');
  expect(error.faults).toBe(faults);
});

it('is known by its class, its name and its code', () => {
  const cause = new Error('why');
  const errors: [AgentainerError, string, string][] = [
    [new NotFoundError('run', 'run_1'), 'NotFoundError', 'NOT_FOUND'],
    [new ConflictError('has ended'), 'ConflictError', 'CONFLICT'],
    [new UnavailableError('gone', 5, { cause }), 'UnavailableError', 'UNAVAILABLE'],
  ];
  for (const [error, name, code] of errors) {
    expect(error).toBeInstanceOf(AgentainerError);
    expect([error.name, error.code]).toEqual([name, code]);
  }
  expect(errors[0]![0].message).toBe('run run_1 does not exist');
  expect(errors[2]![0]).toMatchObject({ retryAfterMs: 5, cause });
});
