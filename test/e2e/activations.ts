/**
 * For every fault of the catalogue: how somebody who knows nothing of it sees that it is on, and that it is gone again.
 * Read by activation.test.ts, which fails for a kind that is missing here.
 */
import * as config from '../../harness/faults/config/index.ts'
import * as data from '../../harness/faults/data/index.ts'
import * as deploy from '../../harness/faults/deploy/index.ts'
import * as key from '../../harness/faults/key/index.ts'
import * as load from '../../harness/faults/load/index.ts'
import * as network from '../../harness/faults/network/index.ts'
import * as process from '../../harness/faults/process/index.ts'
import * as time from '../../harness/faults/time/index.ts'
import {
  type Activation,
  anotherProcess,
  busyAuth,
  complaints,
  newSession,
  noPage,
  noSignIn,
  page,
  signedOut,
  signIn,
  slowPage,
  slowUnderLoad,
} from './sights.ts'

const link = 'internet -> edge-us'
const upMs = 60_000
const networkFaults: Activation[] = [
  { fault: network.latency({ link, latencyMs: 800 }), watch: slowPage(800) },
  { fault: network.jitter({ link, latencyMsMax: 2_000 }), watch: slowPage(300) },
  { fault: network.bandwidth({ link, kilobytesPerSecond: 8 }), watch: slowPage(500) },
  {
    fault: network.slicer({ link, averageBytes: 100, pauseMs: 5 }),
    watch: page(({ came, pieces }) => came === 'status 200' && pieces >= 8),
  },
  { fault: network.limitData({ link, bytes: 300 }), watch: page(({ came }) => came !== 'status 200') },
  {
    fault: network.slowClose({ link, closeAfterMs: 1_200 }),
    watch: async small => async () => {
      const ms = await small.closedAfterMs()
      return { saw: `closed ${Math.round(ms)} ms after the answer`, isOn: ms >= 1_000 }
    },
  },
  { fault: network.timeout({ link }), watch: page(({ came }) => came === 'no answer') },
  { fault: network.reset({ link }), watch: page(({ came }) => came === 'ECONNRESET') },
  { fault: network.down({ link }), watch: noPage },
  { fault: network.httpStatus({ link, status: 418 }), watch: page(({ came }) => came === 'status 418') },
  { fault: network.httpDelay({ link, delayMs: 800 }), watch: slowPage(800) },
  { fault: network.httpCut({ link, afterBytes: 50 }), watch: page(({ came }) => came === 'cut') },
  {
    fault: network.httpBody({ link, form: 'empty' }),
    watch: page(({ came, body }) => came === 'status 200' && body === ''),
  },
  { fault: network.partition({ service: 'feed' }), watch: noPage },
  { fault: network.partition({ between: ['edge', 'feed'] }), variant: 'between two', watch: noPage },
  { fault: network.routeWithdrawal({ service: 'edge-us', from: 'internet' }), watch: noPage },
  { fault: network.discoveryLoss({ service: 'auth' }), watch: noSignIn },
]

/** The door's table of routes is what everybody sees. */
const configFaults: Activation[] = [
  {
    fault: config.configPush({ service: 'auth', change: { issuer: 'https://wrong.example' } }),
    watch: async small => async () => {
      const { body } = await small.ask('auth-1', '/.well-known/oauth-authorization-server')
      const { issuer } = body as { issuer: string }
      return { saw: issuer, isOn: issuer === 'https://wrong.example' }
    },
  },
  { fault: config.configEmpty({ service: 'edge', form: 'entries' }), watch: noPage },
  { fault: config.configMalformed({ service: 'edge', form: 'wrong-type', field: 'routes' }), watch: noPage },
  {
    fault: config.configOversized({ service: 'edge', bytes: 300_000 }),
    watch: async small => async () => {
      const { body } = await small.ask('config', '/documents/edge')
      const { length } = JSON.stringify(body)
      return { saw: `${length} characters`, isOn: length >= 300_000 }
    },
  },
  {
    fault: config.configOscillating({
      service: 'edge',
      bad: { empty: { form: 'entries' } },
      periodMs: 1_000,
    }),
    watch: noPage,
  },
  { fault: config.configDelayedFailure({ afterMs: 2_000 }), watch: noSignIn },
]

const otherFaults: Activation[] = [
  { fault: deploy.badBuild({ service: 'feed', build: 'exits-at-start' }), watch: noPage },
  {
    fault: deploy.badBuild({ service: 'feed', build: 'crashes-on-request', atRequest: 1 }),
    variant: 'crashes-on-request',
    watch: noPage,
  },
  { fault: deploy.slowStart({ service: 'feed', startMs: 600_000 }), watch: noPage },
  {
    fault: deploy.versionSkew({ service: 'auth', env: { TZ: 'Asia/Tokyo' } }),
    watch: async small => async () => {
      const { environment } = await small.processOf('auth-1')
      const zone = environment.find(variable => variable.startsWith('TZ='))
      return { saw: zone ?? 'no TZ', isOn: zone === 'TZ=Asia/Tokyo' }
    },
  },
  {
    fault: time.clockSkew({ service: 'auth', skewMs: 3_600_000 }),
    watch: async small => async () => {
      const { date } = await small.ask('auth-1', '/.well-known/jwks.json')
      return { saw: date, isOn: Date.parse(date) - Date.now() > 1_800_000 }
    },
  },
  {
    fault: load.greedyCaller({
      app: 'messenger-api',
      region: 'us',
      requestsPerSecond: 60,
      at: 'token',
      maxMs: upMs,
    }),
    watch: busyAuth,
  },
  {
    fault: load.loginStorm({ app: 'feed', region: 'us', accounts: 1_000, signInsPerSecond: 40, maxMs: upMs }),
    watch: busyAuth,
  },
  {
    fault: load.retryStorm({
      app: 'feed',
      region: 'us',
      clients: 10,
      intentsPerSecond: 60,
      retries: 2,
      maxMs: upMs,
    }),
    watch: busyAuth,
  },
]

const processFaults: Activation[] = [
  { fault: process.kill({ service: 'feed' }), watch: noPage },
  { fault: process.kill({ service: 'sessions' }), variant: 'of a database', watch: noSignIn },
  { fault: process.pause({ service: 'feed' }), watch: page(({ came }) => came === 'no answer') },
  { fault: process.pause({ service: 'sessions' }), variant: 'of a database', watch: noSignIn },
  { fault: process.restart({ service: 'feed' }), ...anotherProcess },
  { fault: process.crashLoop({ service: 'feed', downMs: 500 }), watch: noPage },
  { fault: process.cpuLimit({ service: 'feed', cpus: 0.01 }), watch: slowUnderLoad },
  { fault: process.memoryLimit({ service: 'feed', memoryMiB: 16 }), watch: noPage },
]

const keyFaults: Activation[] = [
  { fault: key.certificateExpired({ service: 'auth' }), features: ['tls'], watch: noSignIn },
  {
    fault: key.keyRemoved({}),
    async watch(small) {
      const [first = ''] = await small.keysPublished()
      return async () => {
        const keys = await small.keysPublished()
        return { saw: `${first} of ${keys.join(', ')}`, isOn: !keys.includes(first) }
      }
    },
  },
  {
    fault: key.keyTooEarly({}),
    watch: async small => async () => {
      const [seen, published] = [await small.keysSeenByFeed(), await small.keysPublished()]
      const isOn = published.some(kid => !seen.includes(kid))
      return { saw: `${seen.join(', ')} of ${published.join(', ')}`, isOn }
    },
  },
]

const dataFaults: Activation[] = [
  { fault: data.storeLost({}), ...signedOut },
  { fault: data.storeReadOnly({}), watch: noSignIn },
  { fault: data.slowStore({ delayMs: 400 }), watch: signIn(({ tookMs }) => tookMs >= 400) },
  { fault: data.corruptOnTouch({ on: 'all' }), watch: async small => () => newSession(small) },
  { fault: data.massRevocation({}), ...signedOut },
  {
    fault: data.settingInvalid({}),
    features: ['cached-settings'],
    watch: async small => () => complaints(small, 'setting-invalid'),
  },
  {
    fault: data.replicaLag({ lagMs: 2_000 }),
    features: ['replica'],
    watch: async small => () => newSession(small, 500),
    // Without the fault, too, it takes a moment.
    isWell: small => newSession(small, 1_000),
  },
]

export const activations: readonly Activation[] = [
  ...networkFaults,
  ...processFaults,
  ...configFaults,
  ...keyFaults,
  ...dataFaults,
  ...otherFaults,
]
