import { z } from 'zod';
import { byteSizeSchema } from './byte-size.js';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const TIB = 1_024 * 1_024 * MIB;

/** What one agent may use of its host, at most. */
export interface AgentResources {
  /** Bytes, with what is in its scratch. */
  memory: number;
  /** Processors; a part of one as a fraction. */
  cpus: number;
  /** Processes and threads. */
  processes: number;
  /** Bytes of each of `/tmp`, `/dev/shm` and the volumes of its image, the only places that it may write to. */
  scratch: number;
}

/** What an agent gets where its pool says nothing else, and the most that it may be given unless an instance allows more. */
export const DEFAULT_RESOURCES: AgentResources = Object.freeze({
  memory: 512 * MIB,
  cpus: 2,
  processes: 256,
  scratch: 64 * MIB,
});

/** What a pool's configuration may say of it. */
export const resourceFields = {
  memory: byteSizeSchema(16 * MIB, TIB).optional(),
  cpus: z.number().min(0.01).max(1_024).optional(),
  processes: z.int().min(8).max(1_000_000).optional(),
  // A file system in memory of no size would be one without bounds.
  scratch: byteSizeSchema(64 * KIB, TIB).optional(),
};

/** The names of these fields. */
export const RESOURCES = [
  'memory',
  'cpus',
  'processes',
  'scratch',
] as const satisfies (keyof AgentResources)[];
