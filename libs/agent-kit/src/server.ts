/** For what serves the agent protocol on behalf of agents; who writes an agent needs none of it. */
export { type RawTask, readRawRequest } from './raw-request.js';
export { problemLine } from './task-answer.js';
export { TaskFailure } from './task-failure.js';
export { AgentLostError, type ReadTask, type TaskRun, TaskServer, type TaskWork } from './task-server.js';
