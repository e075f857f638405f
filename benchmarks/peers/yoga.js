// graphql-yoga, with graphql-ws for its subscriptions as its documentation shows.
import { createServer } from 'node:http';
import { useServer } from 'graphql-ws/use/ws';
import { createSchema, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { context, resolvers, typeDefs } from './resolvers.js';

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }), context, graphiql: false, landingPage: false, logging: false,
});
const server = createServer(yoga);
useServer({
  execute: (args) => args.rootValue.execute(args),
  subscribe: (args) => args.rootValue.subscribe(args),
  async onSubscribe(socket, _id, params) {
    const own = yoga.getEnveloped({ ...socket, req: socket.extra.request, socket: socket.extra.socket, params });
    const args = {
      schema: own.schema,
      operationName: params.operationName,
      document: own.parse(params.query),
      variableValues: params.variables,
      contextValue: await own.contextFactory(),
      rootValue: { execute: own.execute, subscribe: own.subscribe },
    };
    const errors = own.validate(args.schema, args.document);
    return errors.length ? errors : args;
  },
}, new WebSocketServer({ server, path: yoga.graphqlEndpoint }));
server.listen(Number(process.env.PORT), '127.0.0.1', 4096);
