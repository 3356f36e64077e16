/** The service tells something every few seconds; a connection that is silent for longer is dead. */
const silentMs = 30_000
const againMs = 3_000

/**
 * Keeps a stream of the service's events open, whatever happens to either side.
 *
 * @param {Record<string, (data: any) => void>} handlers by event name
 * @param {(reason: string | null) => void} onState null: heard; else why not, in words
 */
export function connect(handlers, onState) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence
  /** @type {EventSource} */
  let source

  function open() {
    source = new EventSource("/page/events")
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        heard()
        handle(JSON.parse(event.data))
      })
    }
    source.addEventListener("error", failed)
    clearTimeout(silence)
    silence = setTimeout(reopen, silentMs)
  }

  function heard() {
    onState(null)
    clearTimeout(silence)
    silence = setTimeout(() => {
      onState("The service has fallen silent")
      reopen()
    }, silentMs)
  }

  function reopen() {
    source.close()
    open()
  }

  async function failed() {
    // Otherwise the browser tries again by itself.
    const isRefused = source.readyState === EventSource.CLOSED
    onState(isRefused ? await refusal() : "The service does not answer")
    if (!isRefused) return
    clearTimeout(silence)
    silence = setTimeout(reopen, againMs)
  }

  open()
}

/** An event source does not say with which answer it was refused. */
async function refusal() {
  const giveUp = new AbortController()
  try {
    const answer = await fetch("/page/events", { signal: giveUp.signal })
    if (answer.ok) return "The service does not answer"
    const { error } = await answer.json()
    return String(error).replace(/\.$/, "")
  } catch {
    return "The service does not answer"
  } finally {
    giveUp.abort()
  }
}
