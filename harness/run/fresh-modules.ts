/** Lets files be loaded as they are now: Node loads each once, and keeps it. */
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

/** Of the files below a folder. `forget()` makes the next import load them anew, and what they import there. */
export function freshModules(folder: string): { forget(): void } & Disposable {
  const below = `${pathToFileURL(folder).href}/`
  let version = 0
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      if (version === 0 || !resolved.url.startsWith(below)) return resolved
      return { ...resolved, url: `${resolved.url.split('?')[0]}?${version}` }
    },
  })
  return {
    forget: () => {
      version += 1
    },
    [Symbol.dispose]: () => hooks.deregister(),
  }
}
