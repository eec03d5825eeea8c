/** What a group of routes is: a file of its own, which registers them on the server. */
import type { FastifyInstance } from 'fastify';
import type { GatewayWorld } from './world.js';

export type App = FastifyInstance;

export type Routes = (app: App, world: GatewayWorld) => void | Promise<void>;
