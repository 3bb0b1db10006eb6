/** Which addresses may be posted to: public ones. Everything that leads inwards is refused. */
import { BlockList, isIP, isIPv4 } from 'node:net';

/** IANA's registries of special-purpose addresses, as far as they do not lead to a host on the Internet. */
const REFUSED_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Among them 169.254.169.254, where clouds hand out credentials.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Of the global unicast range; everything outside of 2000::/3 is refused anyway. */
const REFUSED_IPV6 = [
  // Protocol assignments, with Teredo in it, which carries an IPv4 address.
  ['2001::', 23],
  ['2001:db8::', 32],
  // 6to4 carries an IPv4 address.
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const refused = new BlockList();
for (const [network, bits] of REFUSED_IPV4) refused.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of REFUSED_IPV6) refused.addSubnet(network, bits, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** True for an address of a host on the public Internet. Text that is no address is none. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !refused.check(address, 'ipv4');
  // IPv4-mapped, NAT64, unique local, link-local, multicast, unspecified and loopback lie outside of 2000::/3.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  return globalUnicast.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  // Mapped addresses are not loopback for this purpose: nobody needs to write it that way.
  if (family === 6 && address.toLowerCase().includes('ffff:')) return false;
  return loopback.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
