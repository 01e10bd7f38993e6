// Loaded before a service. Node keeps what it has compiled when it ends, but a service is killed: so it is kept a while
// after the start. Where all of it was kept before, this writes nothing.
import { flushCompileCache } from 'node:module'

setTimeout(flushCompileCache, 2_000).unref()
