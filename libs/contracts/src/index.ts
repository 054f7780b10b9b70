export * from './agent-paths.js';
export * from './agent-protocol.js';
export * from './gateway-protocol.js';
export * from './http.js';
export * from './problem.js';
