// mercurius on fastify; JIT=1 compiles each document at its second execution.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { context, resolvers, typeDefs } from './resolvers.js';

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: typeDefs, resolvers, context, jit: Number(process.env.JIT ?? 0), subscription: { context },
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4096 });
