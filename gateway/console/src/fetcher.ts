/** How GraphiQL asks the gateway: queries and mutations by POST, subscriptions over the socket, on this origin alone. */
import type { Fetcher, FetcherParams } from '@graphiql/toolkit'
import { OperationTypeNode, type ExecutionResult } from 'graphql'
import { headersOf, type Headers } from './headers'
import { forget, subscribe } from './live'
import { notice } from './notice'
import { named, operationOf } from './operation'

const ENDPOINT = new URL('../graphql', document.baseURI)
const SOCKET = new URL(ENDPOINT.href.replace(/^http/, 'ws'))
const INTROSPECTION = 'IntrospectionQuery'
const UNAUTHORIZED = 401

/** A new function each time: GraphiQL reads the schema anew when it is given another one. */
export function createFetcher(): Fetcher {
  return (params, options) => {
    const operation = operationOf(params)
    const request = named(params, operation)
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
      return subscribe(SOCKET.href, request, operation, options?.headers)
    }
    if (request.operationName !== INTROSPECTION) forget()
    return post(request, headersOf(options?.headers))
  }
}

async function post(request: FetcherParams, headers: Headers): Promise<ExecutionResult> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json, application/json;q=0.9', ...headers },
    body: JSON.stringify(request),
  })
  notice.set(response.status === UNAUTHORIZED ? 'refused' : 'none')
  return readAnswer(response)
}

async function readAnswer(response: Response): Promise<ExecutionResult> {
  const text = await response.text()
  try {
    return JSON.parse(text) as ExecutionResult
  } catch {
    const message = `The gateway answered HTTP ${response.status} without JSON: ${text.slice(0, 200)}`
    return { errors: [{ message }] } as unknown as ExecutionResult
  }
}
