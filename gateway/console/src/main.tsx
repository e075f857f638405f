import 'graphiql/setup-workers/vite' // first: the editors ask for their workers as soon as they load
import { createRoot } from 'react-dom/client'
import 'graphiql/style.css'
import './style.css'
import { Console } from './console'

const element = document.getElementById('console')
if (element) createRoot(element).render(<Console />)
