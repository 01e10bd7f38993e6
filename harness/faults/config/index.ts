/** The faults of what the services are configured with. */
export { configPush } from './config-push.ts'
