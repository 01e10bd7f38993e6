/** The faults of new versions. */
export { badBuild } from './bad-build.ts'
export { slowStart } from './slow-start.ts'
export { versionSkew } from './version-skew.ts'
