import { serve } from '@agentainer/agent-kit';
import { addCounts, type WordCounts } from '../word-counts.js';

/** The reduce step: the counts of all texts, as the map step has them. */
await serve({
  reduce: (outcomes) =>
    addCounts(outcomes.flatMap((o) => (o.status === 'completed' ? [o.result as WordCounts] : []))),
});
