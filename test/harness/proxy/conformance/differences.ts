/**
 * Where this proxy deliberately does not do what Toxiproxy 2.12 does. Cases that name one of these are left out
 * against another server.
 */
export const differences = {
  'listen-loopback': {
    toxiproxy: 'a listen address without host binds all addresses',
    ours: 'it binds 127.0.0.1',
    why: 'a test tool must not open ports to the network unasked',
  },
  'slash-names': {
    toxiproxy: 'a name with a slash is accepted, and can never be addressed or deleted again',
    ours: 'it is addressed as %2F',
    why: 'what can be made must be possible to remove',
  },
  'bandwidth-checked': {
    toxiproxy: 'a rate below 0 is accepted, and kills the process on the first data',
    ours: '400, naming attribute and value',
    why: 'one wrong number must not end every link',
  },
  'slicer-checked': {
    toxiproxy: 'sizes that cannot work are accepted, and kill the process on the first data',
    ours: '400, naming attribute and value',
    why: 'one wrong number must not end every link',
  },
  'safe-integers': {
    toxiproxy: 'integers up to 2^63 - 1',
    ours: 'up to 2^53 - 1; beyond it 400',
    why: 'they would change on the way without notice',
  },
  'failed-change': {
    toxiproxy: 'a change that fails keeps what of it was read before the error, or leaves the proxy stopped',
    ours: 'a change that fails changes nothing',
    why: 'an error must not leave a state that nobody asked for',
  },
  'failed-replacement': {
    toxiproxy: 'populate stops a proxy before it knows that its replacement can listen',
    ours: 'the old one stays until the new one listens',
    why: 'an error must not leave a state that nobody asked for',
  },
  'reset-goes-on': {
    toxiproxy: 'reset ends at the first proxy that cannot be enabled',
    ours: 'all others are reset, then the error is told',
    why: 'reset is how a run cleans up',
  },
  'half-close': {
    toxiproxy: 'the end of one direction closes the whole connection',
    ours: 'each direction ends by itself',
    why: 'that is what TCP does; a client that has finished sending wants its answer',
  },
  'reset-established': {
    toxiproxy:
      'reset_peer resets only connections opened after it was added; established ones see a plain end',
    ours: 'all are reset',
    why: 'a fault must act on keep-alive connections, too',
  },
  'reset-interruptible': {
    toxiproxy: 'removing reset_peer answers only when its wait is over',
    ours: 'at once, and what was held goes on',
    why: 'undoing a fault must not wait for it',
  },
  'toxicity-drawn-once': {
    toxiproxy: 'who is hit is drawn again whenever the toxic or its neighbour changes',
    ours: 'it is drawn once for each connection and toxic',
    why: 'a change of strength must not change whom it hits',
  },
  'neighbours-hold': {
    toxiproxy: 'adding a toxic lets go at once the chunk that the one before it was holding',
    ours: 'it goes when it is due',
    why: 'a delay that was asked for is never cut short by another toxic',
  },
  'update-holds': {
    toxiproxy: 'a changed toxic lets go at once the chunk that it was holding',
    ours: 'the new values hold for it, too',
    why: 'after the answer to a change, nothing passes that it forbids',
  },
} as const satisfies Record<string, { toxiproxy: string; ours: string; why: string }>

export type Difference = keyof typeof differences
