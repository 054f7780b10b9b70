export { connectRedis, type ConnectionRole } from './connection.js';
export { Keys } from './keys.js';
