// The API's description, judged by a linter of OpenAPI 3.1.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const [program, ...rest] = process.env.DOORWARD_CTL.split(' ');
const source = execFileSync(program, [...rest, 'openapi'],
    { encoding: 'utf8', maxBuffer: 1 << 24 });
const config = await createConfig({ extends: ['recommended-strict'], rules: {
    'no-server-example.com': 'off'      // it is the site's own address
} });
const lint = async (text) => (await lintFromString({ source: text,
    absoluteRef: '/openapi.json', config })).map((p) =>
    `${p.ruleId}: ${p.message} at ${p.location[0]?.pointer}`);

test('the description has no fault that a linter finds', async () => {
    const api = JSON.parse(source);
    assert.equal(api.openapi, '3.1.0');
    assert.ok(Object.keys(api.paths).length > 40);
    assert.deepEqual(await lint(source), []);
});

test('and the linter finds one in each part', async () => {
    const path = '/identity/v2/auth/login';
    const faults = {
        struct: (api) => { delete api.info.version; },
        'operation-operationId-unique': (api) => {
            api.paths[path].post.operationId = 'A1'; },
        'no-unresolved-refs': (api) => {
            delete api.components.schemas.Error; },
        'security-defined': (api) => {
            delete api.components.securitySchemes.apiKey; },
        'path-parameters-defined': (api) => {
            api.paths['/x/{y}'] = api.paths[path]; },
        'operation-4xx-response': (api) => {
            api.paths[path].post.responses = {
                200: api.paths[path].post.responses[200] }; }
    };
    for (const [rule, spoil] of Object.entries(faults)) {
        const api = JSON.parse(source);
        spoil(api);
        const found = await lint(JSON.stringify(api));
        assert.ok(found.some((f) => f.startsWith(`${rule}:`)),
            `${rule}: ${found}`);
    }
});

test('each operation tells its section, parameters and errors', () => {
    const api = JSON.parse(source);
    const sections = api.tags.map((t) => t.name);
    for (const [path, methods] of Object.entries(api.paths))
        for (const [method, op] of Object.entries(methods)) {
            const where = `${method} ${path}`;
            assert.ok(sections.includes(op.tags[0]), where);
            for (const p of op.parameters ?? [])
                assert.ok(p.description && p.schema, `${where} ${p.name}`);
            for (const [status, answer] of Object.entries(op.responses)) {
                const schema = answer.content['application/json'].schema;
                if (status !== '200')
                    assert.ok(schema.allOf[1].properties.ErrorCode.enum
                        .length > 0, `${where} ${status}`);
            }
            assert.ok(op.requestBody || method === 'get' ||
                method === 'delete' || op.parameters, where);
        }
});
