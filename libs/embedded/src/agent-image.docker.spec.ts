import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPythonAgentImage } from './agent-image.js';
import { ensureBaseImage } from './base-image.js';
import { EngineRequestError } from './errors.js';

const socketPath = process.env.AGENTAINER_TEST_DOCKER_SOCKET!;
const home = mkdtempSync(join(tmpdir(), 'af-image-'));
afterAll(() => rmSync(home, { recursive: true }));

if (!socketPath) it.skip('needs a container engine', () => undefined);
else {
  it("makes the image of an agent in Python from the machine's own, or from a base that is named, unless it is there", async () => {
    const program = join(home, 'agent.py');
    writeFileSync(program, 'from agentainer_agent import serve\nserve(lambda text, ctx: text)\n');
    const name = (what: string) => `python-${what}:${randomBytes(4).toString('hex')}`;
    const own = { socketPath, name: name('own'), program };
    expect([await buildPythonAgentImage(own), await buildPythonAgentImage(own)]).toEqual([true, false]);
    const base = await ensureBaseImage(socketPath, 'python');
    const based = { socketPath, name: name('based'), program, base };
    expect([await buildPythonAgentImage(based), await buildPythonAgentImage(based)]).toEqual([true, false]);
    writeFileSync(program, 'print(1)\n');
    expect([await buildPythonAgentImage(based), await buildPythonAgentImage(own)]).toEqual([true, true]);
  }, 60_000);

  it('says why it made none', async () => {
    const order = { socketPath, name: 'none:1', program: join(home, 'none.py') };
    await expect(buildPythonAgentImage(order)).rejects.toThrow('none.py');
    writeFileSync(order.program, '');
    const base = 'Not/A/Name';
    await expect(buildPythonAgentImage({ ...order, base })).rejects.toThrow(EngineRequestError);
  }, 60_000);
}
