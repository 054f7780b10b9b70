export { connectRedis, type ConnectionRole } from './connection.js';
export { Keys } from './keys.js';
export { RedisRunStore } from './run-store.js';
export { DEFAULT_LEDGER_LIMITS, type LedgerLimits, RedisTaskLedger } from './task-ledger.js';
export { RedisWorkflowStore } from './workflow-store.js';
