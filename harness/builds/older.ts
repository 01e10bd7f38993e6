/** The build of an older version: the same program, which says with what it runs. BUILD_SETTINGS names what differs. */
import { announce } from './announce.ts'

const { MITIGATIONS: mitigations = '', BUILD_SETTINGS: names = '' } = process.env
const settings = names.split(',').filter(name => name !== '')
announce('older', {
  mitigations,
  ...Object.fromEntries(settings.map(name => [name, process.env[name] ?? ''])),
})
