/** Names and bounds that worker, host and agent agree on. Without dependencies: it becomes part of every agent. */

/** What an agent serves, in its directory. */
export const AGENT_SOCKET = 'agent.sock';
/** The second socket of the same directory: what the host serves to the agent. */
export const GATEWAY_SOCKET = 'gateway.sock';
/** Where an agent finds its directory when its environment does not say otherwise. */
export const AGENT_DIRECTORY = '/run/agentainer';
/** The environment variable that names the agent's directory. */
export const AGENT_DIRECTORY_VARIABLE = 'AGENTAINER_DIRECTORY';
/** The environment variable with the folders that an agent leaves empty after each task, separated by colons. */
export const SCRATCH_VARIABLE = 'AGENTAINER_SCRATCH';
/** The environment variable that is `own` where an agent sees no other processes than its own. */
export const PROCESSES_VARIABLE = 'AGENTAINER_PROCESSES';
/** The environment variable that says how many tasks an agent serves at once; it serves one where it is left out. */
export const CONCURRENCY_VARIABLE = 'AGENTAINER_CONCURRENCY';
/** The folder of the same directory with the sockets of the services that the operator lets agents reach. */
export const EGRESS_DIRECTORY = 'egress';
/** The socket in that folder of the proxy by which an agent reaches the hosts that its pool lists. */
export const EGRESS_PROXY = 'proxy.sock';
/** Where the agent kit has that proxy listen inside the container, for clients that know TCP. */
export const EGRESS_PROXY_PORT = 3_128;
/** The longest value that a task may report as its progress, in bytes of JSON. */
export const MAX_PROGRESS_BYTES = 16 * 1_024;
/** The longest line that tells what a task printed (`{"type":"log",…}`), in bytes without its newline. */
export const MAX_LOG_LINE_BYTES = 64 * 1_024;
