import { AGENT_DIRECTORY } from '@agentainer/contracts/agent-paths';

/** The socket of the anchor, in the agent's directory. */
export const ANCHOR_SOCKET = 'anchor.sock';
/** The same as the container sees it; at most 29 bytes, see the program. */
export const ANCHOR_SOCKET_PATH = `${AGENT_DIRECTORY}/${ANCHOR_SOCKET}`;
/** The anchor's program as the container sees it: mounted there, and nothing that an image would have. */
export const ANCHOR_PROGRAM_PATH = '/.agentainer-anchor';
