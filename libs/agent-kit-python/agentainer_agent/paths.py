"""Names and bounds that worker, host and agent agree on."""

AGENT_SOCKET = 'agent.sock'
GATEWAY_SOCKET = 'gateway.sock'
#: Where an agent finds its directory when its environment does not say otherwise.
AGENT_DIRECTORY = '/run/agentainer'
DIRECTORY_VARIABLE = 'AGENTAINER_DIRECTORY'
#: The folders that an agent leaves empty after each task, separated by colons.
SCRATCH_VARIABLE = 'AGENTAINER_SCRATCH'
#: ``own`` where an agent sees no other processes than its own.
PROCESSES_VARIABLE = 'AGENTAINER_PROCESSES'
CONCURRENCY_VARIABLE = 'AGENTAINER_CONCURRENCY'
EGRESS_DIRECTORY = 'egress'
EGRESS_PROXY = 'proxy.sock'
#: Where the kit has that proxy listen inside the container, for clients that know TCP.
EGRESS_PROXY_PORT = 3128
#: The longest value that a task may report as its progress, in bytes of JSON.
MAX_PROGRESS_BYTES = 16 * 1024
