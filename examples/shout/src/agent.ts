import { serve } from '@agentainer/agent-kit';

await serve((text: string) => `${text.toUpperCase()}!`);
