export { ExecAgents, type ExecAgentsOptions } from './exec-agents.js';
