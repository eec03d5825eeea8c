const rooms = '^src/(domain|machines|http|transfer|storage|rpc|credentials|actors|cli)/';
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^test/simulation/' }, to: { circular: true } },
    {
      name: 'no-cycles-at-run-time',
      comment: 'the types of a simulated world know each other: a process its machine, a machine its processes',
      severity: 'error',
      from: { path: '^test/simulation/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['^bin/', '\\.test\\.ts$', 'thread\\.ts$', 'pool/tasks\\.ts$', '\\.config\\.', '/generated/', '^test/simulation/world/'] },
      to: {},
    },
    {
      name: 'domain-is-pure',
      comment: 'domain may use assert and its own files, nothing else',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: ['^src/domain/', '^(node:)?assert(/strict)?$'] },
    },
    {
      name: 'machines-know-only-domain',
      severity: 'error',
      from: { path: '^src/machines/' },
      to: { pathNot: ['^src/(machines|domain)/', 'node_modules/xstate', '^(node:)?assert(/strict)?$'] },
    },
    {
      name: 'behaviors-are-pure',
      comment: 'a behavior may also step a machine, as data',
      severity: 'error',
      from: { path: '^src/actors/.*/(behavior|messages)\\.ts$' },
      to: {
        pathNot: [
          '^src/domain/',
          '^src/machines/',
          'node_modules/xstate',
          '^src/actors/.*/(behavior|messages)\\.ts$',
          '^src/actors/runtime/behavior\\.ts$',
          '^(node:)?assert(/strict)?$',
        ],
      },
    },
    {
      name: 'shells-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/(http|transfer|storage|rpc|credentials)/' },
      to: { path: rooms, pathNot: ['^src/$1/', '^src/domain/'] },
    },
    {
      name: 'http-knows-no-server',
      comment: 'what HTTP means, without a server, a socket or a cluster',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { pathNot: ['^src/(http|domain)/', '^(node:)?assert(/strict)?$'] },
    },
    {
      name: 'only-the-gateway-serves-http',
      severity: 'error',
      from: { pathNot: ['^src/actors/gateway/', '^test/'] },
      to: { path: 'node_modules/fastify' },
    },
    {
      name: 'only-actors-cli-and-bin-compose',
      severity: 'error',
      from: { pathNot: ['^src/actors/', '^src/cli/', '^bin/', '^test/', '^console/'] },
      to: { path: '^src/actors/' },
    },
    {
      name: 'cli-talks-to-actors-only',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: rooms, pathNot: '^src/(cli|actors|domain)/' },
    },
    {
      name: 'bin-is-thin',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: rooms, pathNot: '^src/(cli|actors)/|^src/domain/ids' },
    },
    {
      name: 'the-console-knows-shapes-alone',
      comment: 'it runs in a browser: of the rest it may know what answers look like, and no code',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(src|bin|test)/', pathNot: '^src/actors/gateway/api-shapes' },
    },
    {
      name: 'shapes-are-no-code',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'nothing-knows-the-console', severity: 'error', from: { path: '^(src|bin)/' }, to: { path: '^console/' } },
    { name: 'src-never-imports-test-or-bin', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bin)/' } },
    { name: 'not-to-dev-dep', severity: 'error', from: { path: '^(src|bin)/' }, to: { dependencyTypes: ['npm-dev'] } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node'] },
  },
};
