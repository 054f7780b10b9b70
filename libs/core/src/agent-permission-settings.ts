import { z } from 'zod';
import { parseEgressPattern } from './egress-pattern.js';
import type { AgentPermissions } from './agent-permissions.js';
import { DEFAULT_RESOURCES } from './agent-resources.js';
import { EGRESS_NETWORK, NETWORK_NAME, NO_NETWORK } from './agent-network.js';
import { byteSizeSchema } from './byte-size.js';

/** Words by which an engine means its host's own network, or none, or that we have another meaning for. */
const NO_NETWORKS = new Set([NO_NETWORK, EGRESS_NETWORK, 'host', 'default']);
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
  /** Networks of the engine, with commas between them; none where it is not given. */
  AGENTAINER_NETWORKS: list
    .refine(
      (names) => names.every((name) => NETWORK_NAME.test(name) && !NO_NETWORKS.has(name)),
      'must be names of networks that the engine has',
    )
    .default([]),
  /** Patterns of hosts and ports, with commas between them; none where it is not given. */
  AGENTAINER_EGRESS_ALLOWED: list
    .refine(
      (patterns) => patterns.every((text) => parseEgressPattern(text)),
      'must be of the form api.example.com:443, *.example.com:*, …',
    )
    .default([]),
  AGENTAINER_MAX_AGENT_MEMORY: size.default(DEFAULT_RESOURCES.memory),
  AGENTAINER_MAX_AGENT_CPUS: z.coerce.number().positive().default(DEFAULT_RESOURCES.cpus),
  AGENTAINER_MAX_AGENT_PROCESSES: z.coerce.number().int().positive().default(DEFAULT_RESOURCES.processes),
  AGENTAINER_MAX_AGENT_SCRATCH: size.default(DEFAULT_RESOURCES.scratch),
};

type Settings = z.output<z.ZodObject<typeof AGENT_PERMISSION_SETTINGS>>;

export function agentPermissions(config: Settings): AgentPermissions {
  return {
    images: config.AGENTAINER_ALLOWED_IMAGES,
    networks: config.AGENTAINER_NETWORKS,
    egress: config.AGENTAINER_EGRESS_ALLOWED,
    resources: {
      memory: config.AGENTAINER_MAX_AGENT_MEMORY,
      cpus: config.AGENTAINER_MAX_AGENT_CPUS,
      processes: config.AGENTAINER_MAX_AGENT_PROCESSES,
      scratch: config.AGENTAINER_MAX_AGENT_SCRATCH,
    },
  };
}
