export type { TaskContext } from '@agentainer/contracts';
export type { Json, TaskOutcome } from '@agentainer/core';
export { AgentServer } from './agent-server.js';
export { egressSocket } from './egress-socket.js';
export type { AgentContext, Dispatch, Handler, Handlers, StreamHandler } from './handler.js';
export { serve, type ServeOptions } from './serve.js';
export { StaleAttemptError, StateError } from './state-error.js';
export { type ProgramExit, TaskFailure, type TaskFailureOptions } from './task-failure.js';
export type { TaskState } from './task-state.js';
