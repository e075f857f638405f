/**
 * The bearer token of this browser tab.
 *
 * It comes from the field in the top bar or from `#token=…` in the address, stays in sessionStorage (another tab may
 * be another role), and is never written into the address, the tabs or the history. It is read here for display
 * alone; whether it is valid is for the gateway to say.
 */
import { createStore } from './store'

const KEY = 'onevisit:token'
const PREFIX = '#token='

export interface Token {
  readonly text: string
  readonly role: string
  readonly member: string | null
  readonly expiresAt: Date | null
}

export const token = createStore<Token | null>(readToken(sessionStorage.getItem(KEY) ?? ''))

/** Keeps a pasted token, with or without its "Bearer"; false when the text is none. */
export function keepToken(text: string): boolean {
  const found = readToken(text)
  if (!found) return false
  sessionStorage.setItem(KEY, found.text)
  token.set(found)
  return true
}

export function clearToken(): void {
  sessionStorage.removeItem(KEY)
  token.set(null)
}

/** Takes the token out of the address, now and whenever a link with another one is opened in this tab. */
export function followAddress(): void {
  takeFromAddress()
  addEventListener('hashchange', takeFromAddress)
}

function takeFromAddress(): void {
  if (!location.hash.startsWith(PREFIX)) return
  keepToken(decodeURIComponent(location.hash.slice(PREFIX.length)))
  history.replaceState(null, '', location.pathname + location.search)
}

function readToken(text: string): Token | null {
  const compact = text.trim().replace(/^Bearer\s+/i, '')
  const payload = readPayload(compact)
  if (!payload) return null
  const { role, member, exp } = payload
  return {
    text: compact,
    role: typeof role === 'string' ? role.toUpperCase() : 'NO ROLE',
    member: typeof member === 'string' ? readId(member) : null,
    expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : null,
  }
}

function readPayload(compact: string): Record<string, unknown> | null {
  const [, payload, signature] = compact.split('.')
  if (!payload || !signature) return null
  try {
    const read: unknown = JSON.parse(decode(payload))
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** The readable half of a global id: "Member:17" for "TWVtYmVyOjE3"; a text that is no such id stays as it is. */
function readId(id: string): string {
  try {
    const text = decode(id)
    return /^Member:./.test(text) ? text.slice('Member:'.length) : id
  } catch {
    return id
  }
}

function decode(base64: string): string {
  const binary = atob(base64.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)))
}
