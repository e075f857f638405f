/** Subscriptions over graphql-transport-ws: one socket for each that runs, and what the footer says about it. */
import type { FetcherParams } from '@graphiql/toolkit'
import type { ExecutionResult, OperationDefinitionNode } from 'graphql'
import { createClient } from 'graphql-ws'
import { headersOf } from './headers'
import { notice } from './notice'
import { declares } from './operation'
import { createStore } from './store'

export type LiveState = 'idle' | 'connecting' | 'live' | 'broken' | 'ended'

export interface Live {
  readonly state: LiveState
  readonly updates: number
  readonly cursor: string | null
}

const IDLE: Live = { state: 'idle', updates: 0, cursor: null }
const UNAUTHENTICATED = 4401
const FORBIDDEN = 4403

export const live = createStore<Live>(IDLE)

type Payload = Omit<FetcherParams, 'variables'> & { variables: Record<string, unknown> }

/**
 * The updates of a subscription, as GraphiQL reads them.
 *
 * A socket that breaks is opened again with the token of that moment (never after 4400, 4401 and the like, which
 * graphql-ws knows to be final). The subscription then goes on after the last cursor, if it has a variable `after`.
 */
export function subscribe(
  url: string,
  params: FetcherParams,
  operation: OperationDefinitionNode,
  typed: Record<string, unknown> | undefined,
): AsyncIterableIterator<ExecutionResult> {
  const payload: Payload = { ...params, variables: { ...(params.variables as object | undefined) } }
  const updates = connect(url, typed).iterate(payload) as AsyncIterableIterator<ExecutionResult>
  const resumes = declares(operation, 'after')
  live.set({ ...IDLE, state: 'connecting' })
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      try {
        const result = await updates.next()
        if (result.done) end()
        else note(result.value, resumes ? payload : null)
        return result
      } catch (error) {
        end()
        return { done: false, value: { errors: errorsOf(error) } as ExecutionResult }
      }
    },
    async return() {
      end()
      return (await updates.return?.()) ?? { done: true, value: undefined }
    },
  }
}

/** Forgets a subscription that is over, as soon as something else is asked. */
export function forget(): void {
  if (live.get().state === 'ended') live.set(IDLE)
}

function connect(url: string, typed: Record<string, unknown> | undefined) {
  return createClient({
    url,
    lazy: true,
    retryAttempts: 10,
    connectionParams: () => headersOf(typed),
    on: {
      connected: () => live.set({ ...live.get(), state: 'live' }),
      closed: () => {
        if (live.get().state !== 'ended') live.set({ ...live.get(), state: 'broken' })
      },
    },
  })
}

/** Counts an update. graphql-ws sends `payload` anew with every socket, so a cursor put there is where it goes on. */
function note(result: ExecutionResult, payload: Payload | null): void {
  const cursor = cursorOf(result)
  const before = live.get()
  live.set({ state: 'live', updates: before.updates + 1, cursor: cursor ?? before.cursor })
  if (payload && cursor) payload.variables.after = cursor
}

function cursorOf(result: ExecutionResult): string | null {
  const [update] = Object.values((result.data ?? {}) as Record<string, { cursor?: unknown } | null>)
  return typeof update?.cursor === 'string' ? update.cursor : null
}

function end(): void {
  live.set({ ...live.get(), state: 'ended' })
}

/** What ended a subscription, as errors of a GraphQL answer: the gateway's own, or the close code of the socket. */
function errorsOf(error: unknown): readonly object[] {
  if (Array.isArray(error)) return error
  if (!(error instanceof CloseEvent)) return [{ message: error instanceof Error ? error.message : String(error) }]
  if (error.code === UNAUTHENTICATED || error.code === FORBIDDEN) notice.set('refused')
  const message = `The socket was closed with ${error.code}${error.reason ? `: ${error.reason}` : '.'}`
  return [{ message, extensions: { closeCode: error.code } }]
}
