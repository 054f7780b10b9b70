import { serve } from '@agentainer/agent-kit';
import { getText } from './texts.js';

/** The list step: the paths of all texts. */
await serve(async (_input, { signal }) => JSON.parse(await getText('/texts', signal)) as string[]);
