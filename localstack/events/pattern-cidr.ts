/** The `cidr` operator: an IPv4 or IPv6 range. */
import { BlockList, isIP } from 'node:net';
import { PatternProblem } from './json-tokens.ts';

/** Parses `address/bits`. @throws PatternProblem */
export function parseCidr(cidr: string): (value: string) => boolean {
  const [address, bits, ...others] = cidr.split('/');
  if (address === undefined || !bits || others.length > 0) {
    throw new PatternProblem("Malformed CIDR, one '/' required");
  }
  if (!/^\d+$/.test(bits)) throw new PatternProblem('Malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) {
    const looksRight = /^(?:[0-9]+\.){3}[0-9]+$|^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(address);
    throw new PatternProblem(`${looksRight ? 'Invalid' : 'Nonstandard'} IP address: ${address}`);
  }
  const widest = version === 4 ? 32 : 128;
  // EventBridge refuses a mask of all bits too
  if (Number(bits) >= widest) throw new PatternProblem(`IPv${version} mask bits must be < ${widest}`);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  range.addSubnet(address, Number(bits), family);
  return (value) => isIP(value) === version && range.check(value, family);
}
