import { readFileSync } from 'node:fs';
import { waitReasonSchema } from '@agentainer/contracts';

const guide = readFileSync(new URL('../../../../docs/workflows.md', import.meta.url), 'utf8');

it('the guide for users has every reason, and no other', () => {
  const table = /## Why a run waits\n([^#]*)/.exec(guide)![1]!;
  const told = [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]!).filter((r) => r !== 'reason');
  const known = waitReasonSchema.options.map((option) => [...option.shape.reason.values][0]!);
  expect(told.sort()).toEqual(known.sort());
});
