/** What a stack with the feature `tls` has besides: its auths are called over TLS, with certificates made for it alone. */
import { CertificateAuthority, type Issued, type IssueOptions } from './certificates.ts'
import type { Topology } from './topology.ts'

/** Under which names services and the harness reach what is behind the fault proxy. */
const proxyHosts = ['proxy', 'localhost', '127.0.0.1']

export class StackTls {
  readonly #authority = new CertificateAuthority()

  /** What those who call are to trust, PEM. */
  get ca(): string {
    return this.#authority.certificate
  }

  /** A certificate for an instance of auth. Default: a good one. */
  issue(name: string, times: Pick<IssueOptions, 'notBefore' | 'notAfter'> = {}): Issued {
    return this.#authority.issue({ name, hosts: [name, ...proxyHosts], ...times })
  }
}

/** Whether a service is one that is called over TLS there. */
export function isSecured({ services }: Topology, name: string): boolean {
  return services.some(service => service.name === name && service.program === 'auth')
}

/** With a way for operators to every auth: a certificate is renewed instance by instance. */
export function withEveryAuthControlled(topology: Topology): Topology {
  const auths = topology.services.filter(({ program }) => program === 'auth').map(({ name }) => name)
  return { ...topology, control: [...new Set([...topology.control, ...auths])] }
}
