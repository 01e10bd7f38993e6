/** Where results go: asked before anything is run, so that nothing is lost at the end. */
import { accessSync, constants, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { HarnessError, messageOf } from '../errors.ts'

/** Checked before anything runs: minutes of measuring must not end in a folder that cannot be written to. */
export function writableFolder(path: string, asked: string): string {
  const folder = resolve(path)
  try {
    makeFolder(folder)
    const probe = join(folder, `.firebreak-${process.pid}`)
    writeFileSync(probe, 'x'.repeat(4096))
    rmSync(probe)
    return folder
  } catch (error) {
    throw new HarnessError(`${asked}: cannot be written to (${messageOf(error)}). Name another place.`)
  }
}

/** Like `mkdir -p`. Node's own never returns where a file system takes no folders and says "not found", as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The same for a file. `asked`: how it was asked for, for errors. */
export function writableFile(path: string, asked: string): string {
  const file = resolve(path)
  if (!existsSync(file)) {
    writableFolder(dirname(file), asked)
    return file
  }
  try {
    accessSync(file, constants.W_OK)
    if (statSync(file).isDirectory()) throw new Error('it is a folder')
  } catch (error) {
    throw new HarnessError(`${asked}: cannot be written to (${messageOf(error)}). Name another file.`)
  }
  return file
}
