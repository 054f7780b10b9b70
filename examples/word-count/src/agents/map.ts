import { serve } from '@agentainer/agent-kit';
import { countWords } from '../word-counts.js';
import { getText } from './texts.js';

/** The map step: the counts of one text. */
await serve(async (path: string, { signal, state }) => {
  const counts = countWords(await getText(path, signal));
  await state.increment('texts');
  return counts;
});
