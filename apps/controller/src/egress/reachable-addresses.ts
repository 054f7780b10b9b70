import { BlockList, isIPv6 } from 'node:net';

/** Addresses of this machine, of its neighbours, of the cloud it runs in, and those that stand for others of them. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

/**
 * Decides which addresses agents may be connected to: public ones, and those that the operator names. An IPv4 address
 * that is written as an IPv6 one (`::ffff:127.0.0.1`) is judged as what it is.
 */
export class ReachableAddresses {
  private readonly notPublic = blocks(NOT_PUBLIC);
  private readonly named: BlockList;

  /** @param named blocks of addresses such as `10.0.0.0/8` */
  constructor(named: readonly string[]) {
    this.named = blocks(named);
  }

  allow(address: string): boolean {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    return this.named.check(address, family) || !this.notPublic.check(address, family);
  }
}

/** @throws where a text is no block of addresses */
function blocks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits = ''] = text.split('/');
    list.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** Whether a text is a block of addresses, such as `10.0.0.0/8`. */
export function isAddressBlock(text: string): boolean {
  try {
    return /^[^/]+\/\d{1,3}$/.test(text) && blocks([text]) !== undefined;
  } catch {
    return false;
  }
}
