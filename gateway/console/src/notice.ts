/** The one sentence under the top bar that tells what to do next. */
import { createStore } from './store'

export const HOW_TO_GET_A_TOKEN = 'onevisit token --role dispatcher'

export type Notice = 'none' | 'refused'

export const notice = createStore<Notice>('none')
