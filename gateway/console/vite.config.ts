import react from '@vitejs/plugin-react'
import { defineConfig, type Rolldown } from 'vite'

const onLog: Rolldown.InputOptions['onLog'] = (level, log, handle) => {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log) // "use no memo" speaks to a compiler, not to a bundler
}

// Every address in the build is relative, so that the page works behind any path prefix.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    outDir: 'static',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { onLog },
  },
  server: { fs: { allow: ['../..'] }, proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
})
