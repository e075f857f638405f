// Apollo Server on express, with graphql-ws for its subscriptions as its documentation shows.
import { createServer } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import express from 'express';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { context, resolvers, typeDefs } from './resolvers.js';

const schema = makeExecutableSchema({ typeDefs, resolvers });
const app = express();
const server = createServer(app);
useServer({ schema, context }, new WebSocketServer({ server, path: '/graphql' }));
const apollo = new ApolloServer({ schema, introspection: false });
await apollo.start();
app.use('/graphql', express.json(), expressMiddleware(apollo, { context: async () => context() }));
server.listen(Number(process.env.PORT), '127.0.0.1', 4096);
