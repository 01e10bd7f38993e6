/** The shared libraries that programs of this machine need, so that they can be put into an image. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { HarnessError, messageOf } from '../../errors.ts'

const run = promisify(execFile)

/**
 * Loaded by name while running (name services), so ldd does not show them; old C libraries need them to look up hosts.
 */
const loadedLater = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2']

/**
 * Absolute paths of all shared libraries, the dynamic loader among them, of some programs, without doubles.
 * Rejects with a HarnessError where `ldd` is missing or cannot read a program.
 */
export async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const program of programs) {
    const { stdout } = await run('ldd', [program]).catch((error: unknown) => {
      throw new HarnessError(`cannot list the shared libraries of ${program}: ${messageOf(error)}`)
    })
    for (const line of stdout.split('\n')) {
      if (/=> not found/.test(line)) {
        throw new HarnessError(`${program} needs a library that this machine lacks: ${line.trim()}`)
      }
      // "libm.so.6 => /lib/libm.so.6 (0x…)", or "/lib64/ld-linux-x86-64.so.2 (0x…)".
      const [, path] = /(?:=> |^\s*)(\/\S+) \(0x/.exec(line) ?? []
      if (path !== undefined && isAbsolute(path)) found.add(resolve(path))
    }
  }
  const systemLibrary = [...found].find(path => /\/libc\.so/.test(path))
  if (systemLibrary !== undefined) {
    const siblings = loadedLater.map(name => join(dirname(systemLibrary), name))
    for (const path of siblings.filter(path => existsSync(path))) found.add(path)
  }
  return [...found]
}
