import { allowsScope, type Scope } from './http.js';
import { listRunsQuerySchema, startRequestSchema } from './http-run.js';

it.each<[Scope[], Scope, boolean]>([
  [['read'], 'read', true],
  [['read'], 'write', false],
  [['write'], 'read', true],
  [['write'], 'admin', false],
  [['admin'], 'write', true],
  [['read', 'admin'], 'admin', true],
  [[], 'read', false],
])('a key with %j may %s: %s', (held, needed, allowed) => expect(allowsScope(held, needed)).toBe(allowed));

it('reads whole numbers of a query within their bounds only', () => {
  expect(listRunsQuerySchema.parse({})).toEqual({ limit: 20 });
  expect(listRunsQuerySchema.parse({ limit: '100' }).limit).toBe(100);
  for (const limit of ['0', '101', '1.5', '1e2', ' 1', '', '-1', '0x1']) {
    expect(listRunsQuerySchema.safeParse({ limit }).success).toBe(false);
  }
});

it('starts a run without input where there is no body', () => {
  expect(startRequestSchema.parse(undefined)).toEqual({ input: null });
  expect(startRequestSchema.parse({ input: [1] })).toEqual({ input: [1] });
});
