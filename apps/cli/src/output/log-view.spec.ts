import type { LogEntryBody } from '@agentainer/contracts';
import { LogView } from './log-view.js';

let shown: string[];
const view = (isCut = false) => new LogView({ out: (text) => shown.push(text), live: false }, { isCut });
const entry = (job: number, text: string, offset = 0): LogEntryBody => ({
  id: '1-0',
  job_id: `run.s.${job}`,
  attempt: 1,
  stream: 'stdout',
  at: '2026-01-01T00:00:00.000Z',
  offset,
  text,
});
beforeEach(() => {
  shown = [];
});

it('holds no more jobs, and no longer a line, than it may', () => {
  const all = view();
  for (let i = 0; i <= 10_000; i++) all.add(entry(i, 'x'));
  expect(shown).toEqual(['x\n']);
  all.add(entry(0, 'y\n', 1));
  expect(shown.slice(1)).toEqual(['x\n', 'y\n']);
  all.add(entry(1, 'z'.repeat(70_000), 9));
  expect(shown.at(-1)).toHaveLength(70_001);
  all.end();
  expect(shown).toHaveLength(10_003);
});

it('says nothing of a begin that was not asked for, but of a gap behind it', () => {
  const tail = view(true);
  tail.add(entry(0, 'a\n', 50));
  tail.add(entry(0, 'b\n', 60));
  expect(shown).toEqual(['a\n', '[8 bytes were not kept]\n', 'b\n']);
});
