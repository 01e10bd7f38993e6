/**
 * Writes tar archives (POSIX ustar) as a stream: what an engine takes as an image or as a build context.
 * Owner is root and times are zero, so equal files make an equal archive, which lets the engine's build cache hit.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'

/** One entry. `path` is relative, with forward slashes, and has no `..`. `mode` has the permission bits only. */
export type TarEntry =
  | { path: string; mode: number; directory: true }
  | { path: string; mode: number; content: string | Buffer }
  /** The content of a file on this machine; links are followed. */
  | { path: string; mode: number; file: string }

const blockBytes = 512
const pieceBytes = 1 << 20
const typeFlags = { file: '0', directory: '5' } as const

/** Splits a path into ustar's prefix (155 bytes) and name (100 bytes). */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path }
  const at = path.indexOf('/', path.length - 101)
  const split = { prefix: path.slice(0, at), name: path.slice(at + 1) }
  if (at < 0 || Buffer.byteLength(split.prefix) > 155 || Buffer.byteLength(split.name) > 100) {
    throw new RangeError(`path too long for a tar archive (100 bytes, or 155 before a slash): ${path}`)
  }
  return split
}

/** The header block of one entry. */
function header(path: string, mode: number, bytes: number, type: keyof typeof typeFlags): Buffer {
  const { prefix, name } = splitPath(path)
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  block.write(name, 0)
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108) // owner
  block.write(octal(0, 7), 116) // group
  block.write(octal(bytes, 11), 124)
  block.write(octal(0, 11), 136) // modified
  block.write(' '.repeat(8), 148) // The checksum counts itself as spaces.
  block.write(typeFlags[type], 156)
  block.write('ustar\u000000', 257)
  block.write(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\u0000 `, 148)
  return block
}

function padding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes)
}

/** Reads a file: a small one at once, which is much faster for many, a large one in pieces. */
async function* contentOf(file: string, bytes: number): AsyncGenerator<Buffer> {
  if (bytes === 0) return
  // `end` is inclusive; a file that grows meanwhile must not shift what follows.
  if (bytes > pieceBytes) yield* createReadStream(file, { highWaterMark: pieceBytes, end: bytes - 1 })
  else yield readFileSync(file).subarray(0, bytes)
}

async function* blocksOf(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    if ('directory' in entry) {
      yield header(`${entry.path}/`, entry.mode, 0, 'directory')
    } else if ('content' in entry) {
      const content = Buffer.from(entry.content)
      yield Buffer.concat([header(entry.path, entry.mode, content.length, 'file'), content])
      yield padding(content.length)
    } else {
      const bytes = statSync(entry.file).size
      yield header(entry.path, entry.mode, bytes, 'file')
      yield* contentOf(entry.file, bytes)
      yield padding(bytes)
    }
  }
  yield Buffer.alloc(2 * blockBytes)
}

/** The archive of some entries. A file that cannot be read makes the stream fail. */
export function tar(entries: Iterable<TarEntry>): Readable {
  return Readable.from(blocksOf(entries), { objectMode: false })
}
