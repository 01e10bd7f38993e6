/** The package as somebody else has it: packed, installed in an empty folder, and used from there. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseResults } from '../../harness/outcome/results.ts'
import { nodeBinary, rootFolder } from '../../harness/stack/node-binary.ts'

describe('the package', () => {
  let home = ''
  /** Where it is used: an empty folder, but for package.json. */
  let project = ''
  let tarball = ''

  const call = (command: string, args: readonly string[], cwd: string) => {
    // npm's own settings of the test run would lead it back to the repository.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: 'utf8',
      env: {
        ...env,
        PATH: `${dirname(nodeBinary())}:${process.env.PATH}`,
        FIREBREAK_BROWSER: 'none',
        TMPDIR: home,
      },
    })
    return { status, output: `${stdout}${stderr}` }
  }
  const firebreak = (...args: string[]) =>
    call(nodeBinary(), [join(project, 'node_modules/firebreak/harness/cli/firebreak.js'), ...args], project)
  const runs = (folder = 'firebreak-results') => {
    const file = join(project, folder, 'results.json')
    return parseResults(readFileSync(file, 'utf8'), file).runs
  }

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'firebreak-package-'))
    spawnSync('chmod', ['755', home])
    project = join(home, 'project')
    mkdirSync(project)
    const packed = call('npm', ['pack', '--json', '--pack-destination', home], rootFolder)
    expect(packed.status, packed.output).toBe(0)
    tarball = /firebreak-[\d.]+\.tgz/.exec(packed.output)?.[0] ?? ''
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    const flags = ['--no-audit', '--no-fund', '--prefer-offline']
    const installed = call('npm', ['install', ...flags, join(home, tarball)], project)
    expect(installed.status, installed.output).toBe(0)
  }, 240_000)
  afterAll(() => {
    rmSync(home, { recursive: true, force: true })
    rmSync(join(rootFolder, 'dist'), { recursive: true, force: true })
  })

  test('holds compiled code, and nothing of the tests', () => {
    const inside = join(project, 'node_modules', 'firebreak')
    for (const path of [
      'dist/harness/index.js',
      'dist/harness/index.d.ts',
      'dist/scenarios/calm.js',
      'README.md',
    ])
      expect(existsSync(join(inside, path)), path).toBe(true)
    for (const path of ['test', 'dist/test', 'harness/index.ts'])
      expect(existsSync(join(inside, path)), path).toBe(false)
  })

  test('begins a project with its first scenario', () => {
    const { status, output } = firebreak('new', 'feed-cut-off', '--fault', 'down', '--scope', 'feed')
    expect(output).toContain('wrote firebreak.config.ts')
    expect(output).toContain('wrote scenarios/feed-cut-off.ts')
    expect(status).toBe(0)
    const file = join(project, 'scenarios', 'feed-cut-off.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace('* -> auth', 'feed -> auth'))
  })

  test('has the shipped scenarios beside its own', () => {
    const { output } = firebreak('list', 'scenarios')
    expect(output).toContain('feed-cut-off')
    expect(output).toContain('wrong-issuer')
  })

  test('simulates its own scenario, on an architecture of its own', () => {
    expect(firebreak('new', 'architecture', 'no-queue', '--without', 'sign-in-queue').status).toBe(0)
    const args = [
      'feed-cut-off',
      '--architecture',
      'hardened,no-queue',
      '--runtime',
      'simulation',
      '--out',
      'simulated',
    ]
    const { status, output } = firebreak('run', ...args)
    expect(output).toContain('feed-cut-off')
    expect(status, output).toBe(0)
    expect(runs('simulated').map(({ architecture, verdict }) => [architecture, verdict])).toEqual([
      ['hardened', 'held'],
      ['no-queue', 'held'],
    ])
  })

  test('simulates an app of its own: its people are part of every run, and fall with the others', () => {
    const made = firebreak('new', 'app', 'pay', '--surface', 'web,mobile', '--phone', 'signature')
    expect(made.output).toContain('wrote scenarios/apps.ts')
    const scenario = firebreak('new', 'pay-cut-off', '--fault', 'down', '--scope', 'pay')
    expect(scenario.status, scenario.output).toBe(0)
    const file = join(project, 'scenarios', 'pay-cut-off.ts')
    writeFileSync(file, readFileSync(file, 'utf8').replace('* -> auth', 'pay -> auth'))
    const args = ['pay-cut-off', '--architecture', 'hardened', '--runtime', 'simulation', '--out', 'own-app']
    const { status, output } = firebreak('run', ...args)
    expect(status, output).toBe(0)
    const segments = runs('own-app')[0]?.outcome?.segments ?? []
    const harmOf = (app: string, activity: string) =>
      segments.find(each => each.app === app && each.surface === 'web' && each.activity === activity)?.harm
    expect(harmOf('pay', 'sign-in')).toBeGreaterThan(0.5)
    expect(harmOf('feed', 'sign-in')).toBeLessThan(0.1)
  })

  test('runs it with real processes, and with a fault of its own', () => {
    expect(firebreak('new', 'fault', 'config-stands', '--layer', 'process').status).toBe(0)
    const file = join(project, 'scenarios', 'feed-cut-off.ts')
    const text = readFileSync(file, 'utf8')
    const own = text.replace(/down\(\{.*?\}\)/, 'configStands({})').replace('down, ', '')
    writeFileSync(
      file.replace('feed-cut-off', 'deaf'),
      `import { configStands } from './faults/config-stands.ts'\n${own}`,
    )
    const { output } = firebreak('run', 'deaf', '--architecture', 'hardened', '--runtime', 'processes')
    const [run] = runs()
    expect(run, output).toMatchObject({ scenario: 'deaf', architecture: 'hardened' })
    expect(run?.evidence).toMatchObject([{ fault: 'config-stands', target: 'config', observed: 'paused' }])
    const ownApp = run?.outcome?.segments.filter(({ app }) => app === 'pay')
    expect(ownApp?.map(({ activity }) => activity)).toContain('refresh')
    expect(ownApp?.every(({ steadyGoodput }) => Number(steadyGoodput) > 0.9)).toBe(true)
    // A machine that is too slow proves nothing; that it broke would be another thing.
    expect(['held', 'not-proven'], output).toContain(run?.verdict)
  })

  test('has types for what a project writes', () => {
    const config = {
      compilerOptions: {
        module: 'nodenext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: [],
      },
      include: ['*.ts', 'scenarios'],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config))
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
      'bin/tsc',
    )
    expect(call(nodeBinary(), [compiler, '-p', project], project)).toEqual({ status: 0, output: '' })
  })

  test.each([
    ['throws', "throw new Error('oops')", 'oops'],
    ['has a field that there is not', 'export default { scenario: 1 }', 'scenario'],
    ['names a folder that there is not', "export default { scenarios: 'nowhere' }", 'nowhere'],
    ['wants a shipped scenario that there is not', "export default { shipped: ['nope'] }", '"nope"'],
    ['has none', 'export const config = {}', 'defineConfig'],
  ])('says so of a configuration that %s', (_case, text, told) => {
    const file = join(project, 'firebreak.config.ts')
    const before = readFileSync(file, 'utf8')
    writeFileSync(file, text)
    const { status, output } = firebreak('list', 'scenarios')
    writeFileSync(file, before)
    expect(output).toContain(told)
    expect(output).toContain('firebreak.config.ts')
    expect(status).toBe(64)
  })

  test.each([
    [['feed-cut-off', '--fault', 'down'], 'is there already'],
    [['calm', '--fault', 'down'], 'shipped scenario'],
    [['../out', '--fault', 'down'], 'no name'],
    [['Ünder', '--fault', 'down'], 'no name'],
    [['fine', '--fault', 'nope'], 'no fault "nope"'],
    [['fine'], '--fault is missing'],
    [['fine', '--fault', 'down', '--cause', 'magic'], '--cause "magic"'],
    [['app', 'pay', '--surface', 'web'], '"pay" already'],
    [['app', 'auth', '--surface', 'web'], '"auth"'],
    [['app', 'till', '--surface', 'fax'], '--surface "fax"'],
    [['thing', 'fine'], 'kind "thing"'],
  ])('writes nothing for new %j', (args, told) => {
    const { status, output } = firebreak('new', ...args)
    expect(output).toContain(told)
    expect(status).toBe(64)
    expect(existsSync(join(project, 'scenarios', 'fine.ts'))).toBe(false)
  })
})
