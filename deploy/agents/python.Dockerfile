# An agent written with libs/agent-kit-python: its context has the kit's package and agent.py.
# Without a registry BASE is an image made from the machine's own Python.
ARG BASE=python:3.13-slim
FROM ${BASE}
WORKDIR /agent
COPY agentainer_agent agentainer_agent
COPY agent.py .
CMD ["python3", "agent.py"]
