import { z } from 'zod';
import type { AgentPermissions } from './agent-permissions.js';
import { DEFAULT_RESOURCES } from './agent-resources.js';
import { byteSizeSchema } from './byte-size.js';

const PATTERN = /^[\w.:/@*-]+$/;
const size = byteSizeSchema(1, Number.MAX_SAFE_INTEGER);
const list = z.string().transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''));

/** Settings that say what pools may ask for. Whoever takes definitions, and the keepers of all hosts, are told the same. */
export const AGENT_PERMISSION_SETTINGS = {
  /** Patterns of images, with commas between them; any image where it is not given. */
  AGENTAINER_ALLOWED_IMAGES: list
    .refine(
      (patterns) => patterns.every((pattern) => PATTERN.test(pattern)),
      'must be patterns of images, such as registry.example/team/*',
    )
    .optional(),
  AGENTAINER_MAX_AGENT_MEMORY: size.default(DEFAULT_RESOURCES.memory),
  AGENTAINER_MAX_AGENT_CPUS: z.coerce.number().positive().default(DEFAULT_RESOURCES.cpus),
  AGENTAINER_MAX_AGENT_PROCESSES: z.coerce.number().int().positive().default(DEFAULT_RESOURCES.processes),
  AGENTAINER_MAX_AGENT_SCRATCH: size.default(DEFAULT_RESOURCES.scratch),
};

type Settings = z.output<z.ZodObject<typeof AGENT_PERMISSION_SETTINGS>>;

export function agentPermissions(config: Settings): AgentPermissions {
  return {
    images: config.AGENTAINER_ALLOWED_IMAGES,
    resources: {
      memory: config.AGENTAINER_MAX_AGENT_MEMORY,
      cpus: config.AGENTAINER_MAX_AGENT_CPUS,
      processes: config.AGENTAINER_MAX_AGENT_PROCESSES,
      scratch: config.AGENTAINER_MAX_AGENT_SCRATCH,
    },
  };
}
