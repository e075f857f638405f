// Says whether every operation of examples/operations, with its variables, is valid against the schema.
//
//     npm run check [-- path/to/schema.graphql]      (a path counts from this folder)
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, getVariableValues, parse, specifiedRules, validate } from 'graphql'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = join(root, 'examples/operations')

function problemsOf(schema, path) {
  const text = readFileSync(path, 'utf8')
  const variables = JSON.parse(readFileSync(path.replace(/graphql$/, 'json'), 'utf8'))
  const document = parse(text)
  const [operation, ...others] = document.definitions
  if (others.length > 0 || !operation.name) return ['must hold one operation, with a name']
  if (!text.startsWith('# ')) return ['must begin with a comment that says who may run it and what it shows']
  const invalid = validate(schema, document, specifiedRules)
  if (invalid.length > 0) return invalid.map(String)
  return (getVariableValues(schema, operation.variableDefinitions, variables).errors ?? []).map(String)
}

const schema = buildSchema(readFileSync(process.argv[2] ?? join(root, 'schema/schema.graphql'), 'utf8'))
const paths = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => join(folder, name))
const failures = paths.flatMap((path) => problemsOf(schema, path).map((problem) => `${basename(path)}: ${problem}`))

failures.forEach((failure) => console.error(failure))
console.log(`${paths.length} operations, ${failures.length} problems`)
process.exitCode = failures.length > 0 || paths.length === 0 ? 1 : 0
