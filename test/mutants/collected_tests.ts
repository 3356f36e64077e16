/** What a test file says to the runner of mutants instead of to node:test, which runs a module's tests only once. */
interface TestFile {
  tests: { name: string; run: () => Promise<unknown> }[]
  before: (() => unknown)[]
  beforeEach: (() => unknown)[]
  afterEach: (() => unknown)[]
}

/** What SQL tests use of their context. */
interface TestContext {
  after(hook: () => unknown): void
  test(name: string, body: TestBody): Promise<void>
}
type TestBody = (t: TestContext) => unknown

let collecting: TestFile = { tests: [], before: [], beforeEach: [], afterEach: [] }
let cleanups: (() => unknown)[] = []

export function test(name: string, ...rest: unknown[]): void {
  const body = rest.at(-1) as TestBody
  collecting.tests.push({ name, run: () => runWithHooks(body) })
}

async function runWithHooks(body: TestBody): Promise<void> {
  const hooks: (() => unknown)[] = []
  try {
    await body({
      after: (hook) => void hooks.push(hook),
      test: (_name, body) => runWithHooks(body),
    })
  } finally {
    for (const hook of hooks) await hook()
  }
}

export function before(hook: () => unknown): void {
  collecting.before.push(hook)
}

export function beforeEach(hook: () => unknown): void {
  collecting.beforeEach.push(hook)
}

export function afterEach(hook: () => unknown): void {
  collecting.afterEach.push(hook)
}

/** The databases of test/harness/postgres.ts. */
export function after(hook: () => unknown): void {
  cleanups.push(hook)
}

/** What the modules that `load` imports have said. */
export async function collect(load: () => Promise<unknown>): Promise<TestFile> {
  collecting = { tests: [], before: [], beforeEach: [], afterEach: [] }
  await load()
  return collecting
}

export async function cleanUp(): Promise<void> {
  const hooks = cleanups
  cleanups = []
  for (const hook of hooks) await hook()
}
