export { AgentClient, MAX_RESULT_BYTES } from './agent-client.js';
export { AgentConnections, type AgentConnectionsOptions } from './agent-connections.js';
export type { LeaseClaim } from './task-body.js';
