import { isAddressBlock, ReachableAddresses } from './reachable-addresses.js';

describe('the addresses that agents may be connected to', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:2800:220:1::1', '::ffff:8.8.8.8', '172.32.0.1', '100.128.0.1'])(
    'include %s',
    (address) => {
      expect(new ReachableAddresses([]).allow(address)).toBe(true);
    },
  );

  it.each([
    ...[
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '10.1.2.3',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
    ],
    ...['169.254.169.254', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.0.192'],
    ...[
      '::1',
      '::',
      '::7f00:1',
      '::ffff:127.0.0.1',
      '::ffff:169.254.169.254',
      'fe80::1',
      'fd00:ec2::254',
      'ff02::1',
    ],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:1::'],
  ])('do not include %s, unless it is named', (address) => {
    expect(new ReachableAddresses([]).allow(address)).toBe(false);
    const block = address.includes(':') ? `${address}/128` : `${address}/32`;
    expect(new ReachableAddresses([block]).allow(address)).toBe(true);
  });

  it('are named by blocks', () => {
    const addresses = new ReachableAddresses(['10.20.0.0/16', 'fd00::/8']);
    expect(['10.20.3.4', 'fd12::1'].every((address) => addresses.allow(address))).toBe(true);
    expect(['10.21.0.1', '127.0.0.1', '::1'].some((address) => addresses.allow(address))).toBe(false);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'example.com/8', '::1/129', '/8', '10.0.0.0/', '10.0.0.0/8/8'])(
    'are not named by "%s"',
    (text) => {
      expect(isAddressBlock(text)).toBe(false);
    },
  );
  it.each(['10.0.0.0/8', '127.0.0.1/32', '::1/128', 'fd00::/8'])('may be named by "%s"', (text) => {
    expect(isAddressBlock(text)).toBe(true);
  });
});
