/** The headers of a request: those of the headers editor win over the token of the top bar. */
import { token } from './token'

export type Headers = Record<string, string>

const AUTHORIZATION = 'Authorization'

export function headersOf(typed: Record<string, unknown> | undefined): Headers {
  const current = token.get()
  const headers: Headers = current ? { [AUTHORIZATION]: `Bearer ${current.text}` } : {}
  for (const [name, value] of Object.entries(typed ?? {})) {
    headers[isAuthorization(name) ? AUTHORIZATION : name] = String(value)
  }
  return headers
}

/** A socket's connection_init payload is JSON, where case matters; an HTTP header's name is the same in any case. */
function isAuthorization(name: string): boolean {
  return name.toLowerCase() === AUTHORIZATION.toLowerCase()
}
