import fc from 'fast-check';
import { nameSchema } from './definition.js';
import { newId } from './ids.js';
import { formatTaskId, parseTaskId } from './task-id.js';

const RUN = 'run_01jd0000000000000000000000';

it('is the address, and the address can be had back', () => {
  const step = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
  fc.assert(
    fc.property(step, fc.nat(999_999_999), (step, index) => {
      expect(nameSchema.safeParse(step).success).toBe(true);
      const address = { runId: newId('run'), step, index };
      expect(parseTaskId(formatTaskId(address))).toEqual(address);
    }),
  );
});

it.each([
  ['', 'nothing'],
  [`${RUN}.map`, 'no index'],
  [`${RUN}.map.01`, 'a second way to write an index'],
  [`${RUN}.map.-1`, 'a negative index'],
  [`${RUN}.map.1.5`, 'more parts'],
  [`${RUN}.map.1\n`, 'a line end'],
  [`${RUN}.Map.1`, 'no step name'],
  [`${RUN}..1`, 'an empty step'],
  [`${RUN}.map.1000000000`, 'an index beyond the largest'],
  ['run_1.map.1', 'no run id'],
  ['wf_01jd0000000000000000000000.map.1', 'the id of something else'],
])('%j is none: %s', (text) => {
  expect(parseTaskId(text)).toBeUndefined();
});
