/** Which addresses a load may be turned on. */
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'

/** As a container engine on Linux names the bridge of a network: after the network's id. */
const bridgeName = /^br-[0-9a-f]{12}$/

/** The subnets of this machine's container networks. Whatever is there runs on this machine. */
function containerSubnets(interfaces: ReturnType<typeof networkInterfaces>): BlockList {
  const subnets = new BlockList()
  for (const [name, addresses = []] of Object.entries(interfaces)) {
    if (!bridgeName.test(name)) continue
    for (const { address, family, cidr } of addresses) {
      if (family !== 'IPv4' || cidr === null) continue
      subnets.addSubnet(address, Number(cidr.split('/')[1]), 'ipv4')
    }
  }
  return subnets
}

/** Whether what answers at a base address can only be this machine: on its loopback, or in one of its containers. */
export function isOwnDoor(door: string, interfaces = networkInterfaces): boolean {
  const { hostname } = new URL(door)
  return hostname === '127.0.0.1' || containerSubnets(interfaces()).check(hostname, 'ipv4')
}
