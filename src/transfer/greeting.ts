/** What is wrong with the magic and version that a peer said first, if anything. */
import { magic, protocolVersion } from './frames.js';

export function wrongGreeting(greeting: Buffer): string | undefined {
  if (!greeting.subarray(0, magic.length).equals(magic)) {
    return 'the peer does not speak the Reelkeep transfer protocol';
  }
  const version = greeting.readUInt16BE(magic.length);
  if (version === protocolVersion) return undefined;
  return `the peer speaks version ${version} of the transfer protocol, this is ${protocolVersion}`;
}
