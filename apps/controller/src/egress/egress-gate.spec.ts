import { parseEgressPattern } from '@agentainer/core';
import { EgressDeniedError, EgressGate } from './egress-gate.js';
import { ReachableAddresses } from './reachable-addresses.js';

const list = (...texts: string[]) => texts.map((text) => parseEgressPattern(text)!);
const PUBLIC = { address: '93.184.216.34', family: 4 };
const INNER = { address: '10.0.0.7', family: 4 };
const asked: string[] = [];

function gate(lists: string[][], found = [PUBLIC], named: string[] = []): EgressGate {
  asked.length = 0;
  return new EgressGate(
    lists.map((texts) => list(...texts)),
    new ReachableAddresses(named),
    (host) => {
      asked.push(host);
      return Promise.resolve(found);
    },
  );
}
const to = (host: string, port = 443) => ({ host, port });

describe('the gate of an agent', () => {
  it('lets pass what every list has, by the addresses that its name has now', async () => {
    const opened = gate([['*.example.com:443'], ['*:443']]);
    await expect(opened.admit(to('api.example.com'))).resolves.toEqual([PUBLIC]);
    expect(asked).toEqual(['api.example.com']);
  });

  it.each([to('example.com'), to('api.example.com', 80), to('evil.com'), to('api.example.com.evil.com')])(
    'lets nothing else pass, and looks no name up for it: %j',
    async (destination) => {
      await expect(gate([['*.example.com:443'], ['*:*']]).admit(destination)).rejects.toThrow(
        `${destination.host}:${destination.port} is not among the hosts`,
      );
      await expect(gate([['*:*'], ['*.example.com:443']]).admit(destination)).rejects.toThrow(
        EgressDeniedError,
      );
      expect(asked).toEqual([]);
    },
  );

  it('does not let a name lead to an address inside, unless that is named', async () => {
    await expect(gate([['*:*']], [INNER]).admit(to('rebound.example.com'))).rejects.toThrow(
      'rebound.example.com:443 is at 10.0.0.7, which agents may not reach',
    );
    await expect(gate([['*:*']], [INNER, PUBLIC]).admit(to('both.example.com'))).resolves.toEqual([PUBLIC]);
    await expect(gate([['*:*']], [INNER], ['10.0.0.0/8']).admit(to('db.example.com'))).resolves.toEqual([
      INNER,
    ]);
  });

  it('holds addresses that are given instead of names to the same', async () => {
    await expect(gate([['*:*']]).admit(to('169.254.169.254', 80))).rejects.toThrow(EgressDeniedError);
    await expect(gate([['*:*']]).admit(to('[::1]', 80))).rejects.toThrow(EgressDeniedError);
    await expect(gate([['*:*']]).admit(to('8.8.8.8', 80))).resolves.toEqual([
      { address: '8.8.8.8', family: 4 },
    ]);
    expect(asked).toEqual([]);
  });

  it('tells a name that cannot be looked up from one that is denied', async () => {
    const opened = new EgressGate([list('*:*')], new ReachableAddresses([]), () =>
      Promise.reject(new Error('getaddrinfo ENOTFOUND')),
    );
    const failed = opened.admit(to('nowhere.example.com'));
    await expect(failed).rejects.toThrow('ENOTFOUND');
    await expect(failed).rejects.not.toBeInstanceOf(EgressDeniedError);
  });
});
