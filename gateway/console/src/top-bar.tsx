import { useEffect, useState, type FormEvent } from 'react'
import mark from './mark.svg'
import { notice } from './notice'
import { useStore } from './store'
import { clearToken, keepToken, token, type Token } from './token'

const MINUTE = 60_000

/** The name of the page, and who asks: the token's role, member and expiry, or a field to paste one. */
export function TopBar() {
  const current = useStore(token)
  return (
    <header className="onevisit-bar">
      <img src={mark} alt="" width="28" height="28" />
      <h1>OneVisit</h1>
      <span className="onevisit-subtitle">GraphiQL</span>
      {current ? <Identity current={current} /> : <TokenField />}
    </header>
  )
}

function Identity({ current }: { current: Token }) {
  return (
    <div className="onevisit-identity" data-testid="identity">
      <span className="onevisit-role">{current.role}</span>
      {current.member && <span className="onevisit-member">member {current.member}</span>}
      {current.expiresAt && <Expiry at={current.expiresAt} />}
      <button type="button" onClick={forget}>
        Clear token
      </button>
    </div>
  )
}

function Expiry({ at }: { at: Date }) {
  const left = at.getTime() - useNow()
  const over = left <= 0
  return (
    <time className="onevisit-expiry" dateTime={at.toISOString()} title={at.toLocaleString()} data-over={over}>
      {over ? 'expired' : `expires in ${inWords(left)}`}
    </time>
  )
}

function TokenField() {
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const kept = keepToken(String(new FormData(event.currentTarget).get('token') ?? ''))
    setWrong(!kept)
    if (kept) notice.set('none')
  }
  return (
    <form className="onevisit-token" onSubmit={submit} onInput={() => setWrong(false)}>
      <input name="token" type="password" placeholder="Paste a token" aria-label="Token" autoComplete="off" aria-invalid={wrong} />
      <button type="submit">Use token</button>
      {wrong && <span role="alert">That is not a token: it is three parts with dots between.</span>}
    </form>
  )
}

function forget(): void {
  clearToken()
  notice.set('none')
}

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE / 4)
    return () => clearInterval(timer)
  }, [])
  return now
}

function inWords(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / MINUTE)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / 1440)} days`
}
