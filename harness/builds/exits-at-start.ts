/** A build that ends before it has begun: nobody ever hears from it. */
import { announce } from './announce.ts'

announce('exits-at-start', {})
throw new Error('this build cannot start')
