import { EGRESS_NETWORK, NO_NETWORK } from './agent-network.js';
import { type AgentResources, DEFAULT_RESOURCES, RESOURCES } from './agent-resources.js';
import { formatBytes } from './byte-size.js';
import type { Definition } from './definition.js';
import { coversEgress, parseEgressPattern } from './egress-pattern.js';
import type { Fault } from './errors.js';
import { fitsImagePattern } from './image-pattern.js';
import type { PoolConfig } from './pool-config.js';
import { needsAgents } from './step-kinds.js';

/** What the operator of an instance lets pools ask for. */
export interface AgentPermissions {
  /** Patterns of the images that may be used (see {@link fitsImagePattern}); any where there is no list. */
  images?: readonly string[];
  /** The most that an agent may be given. */
  resources: AgentResources;
  /** The networks of the engine that agents may be in. */
  networks: readonly string[];
  /** Patterns of the hosts that pools may list for their agents. */
  egress: readonly string[];
}

/** What holds where the operator says nothing: any image, and nothing beyond what agents get by default. */
export const DEFAULT_PERMISSIONS: AgentPermissions = Object.freeze({
  resources: DEFAULT_RESOURCES,
  networks: [],
  egress: [],
});

/** What a pool asks for and may not have: paths are `image` and those of its configuration. */
export function permissionFaults(
  { image, config }: { image: string; config: PoolConfig },
  permissions: AgentPermissions,
): Fault[] {
  return [
    ...imageFaults(image, permissions, 'image'),
    ...[...resourceFaults(config, permissions), ...networkFaults(config, permissions)].map(
      ({ path, message }) => ({
        path: `pool_config.${path}`,
        message,
      }),
    ),
  ];
}

/** What the steps of a definition ask for and may not have. */
export function forbiddenFaults(
  { steps }: Pick<Definition, 'steps'>,
  permissions: AgentPermissions,
): Fault[] {
  return steps.flatMap((step, i) => {
    const startable = 'may_start' in step ? (step.may_start?.images ?? []) : [];
    const faults = startable.flatMap((image, n) => imageFaults(image, permissions, `may_start.images[${n}]`));
    if (needsAgents(step)) {
      const { image, pool_config: config } = step;
      faults.unshift(...permissionFaults({ image, config }, permissions));
    }
    return faults.map(({ path, message }) => ({ path: `steps[${i}].${path}`, message }));
  });
}

function imageFaults(image: string, { images }: AgentPermissions, path: string): Fault[] {
  if (!images || images.some((pattern) => fitsImagePattern(image, pattern))) return [];
  const message = `"${image}" is not allowed on this instance: its operator says in AGENTAINER_ALLOWED_IMAGES which images are`;
  return [{ path, message }];
}

function resourceFaults(config: PoolConfig, { resources }: AgentPermissions): Fault[] {
  return RESOURCES.flatMap((name) => {
    const [asked, most] = [config[name], resources[name]];
    if (asked === undefined || asked <= most) return [];
    const amount = name === 'memory' || name === 'scratch' ? formatBytes(most) : String(most);
    const setting = `AGENTAINER_MAX_AGENT_${name.toUpperCase()}`;
    const message = `must be at most ${amount} on this instance (${setting})`;
    return [{ path: name, message }];
  });
}

function networkFaults({ network, egress = [] }: PoolConfig, permissions: AgentPermissions): Fault[] {
  const networks = [NO_NETWORK, EGRESS_NETWORK, ...permissions.networks];
  if (!networks.includes(network)) {
    const message = `"${network}" is not allowed on this instance: its operator says in AGENTAINER_NETWORKS which networks are`;
    return [{ path: 'network', message }];
  }
  const permitted = permissions.egress.map((text) => parseEgressPattern(text)!);
  return egress.flatMap((text, i) => {
    const asked = parseEgressPattern(text)!;
    if (permitted.some((pattern) => coversEgress(pattern, asked))) return [];
    const message = `"${text}" is not allowed on this instance: its operator says in AGENTAINER_EGRESS_ALLOWED what agents may reach`;
    return [{ path: `egress[${i}]`, message }];
  });
}
