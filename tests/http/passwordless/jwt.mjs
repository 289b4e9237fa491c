// Signed access tokens, as a back end sees them that knows nothing of ours:
// by Node's own crypto and by the jose package.  Keys are rotated while the
// site runs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { AUTH, base, call, granted, login, nowhere, noteSecrets, openapi,
    password, refused, signedIn } from '../api.mjs';

const JWT = `${AUTH}/access_token/jwt`;
const JWKS = '/.well-known/jwks.json';
const INTROSPECT = '/identity/v2/manage/jwt/introspect';
const [audience, other] = ['https://api.example.com',
    'https://shop.example.com'];
const [program, ...config] = process.env.DOORWARD_CTL.split(' ');
const ctl = (...args) => execFileSync(program, [...config, '--json',
    ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const rotate = (...more) => JSON.parse(ctl('keys', 'jwt-rotate', ...more));
const list = () => ctl('keys', 'jwt-list').trim().split('\n').filter(Boolean)
    .map((l) => JSON.parse(l));
const drop = (kid) => ctl('keys', 'jwt-drop', kid);

const part = (jwt, i) => JSON.parse(Buffer.from(jwt.split('.')[i],
    'base64url').toString('utf8'));
const encoded = (value) => Buffer.from(typeof value === 'string' ? value :
    JSON.stringify(value)).toString('base64url');
const keys = async () => granted(await call('GET', JWKS,
    { headers: { 'X-Doorward-ApiKey': null }, from: null })).keys;
const make = async (token, query = {}) => {
    const a = granted(await call('GET', JWT, { token, query }));
    noteSecrets([a.jwt.split('.')[2].replaceAll('-', '').slice(0, 43)]);
    return a.jwt;
};
const ask = async (jwt, more = {}) => granted(await call('POST', INTROSPECT,
    { form: { token: jwt }, ...more }));

// RFC 7515, with no library but Node's.
async function plain(jwt) {
    const [header, payload, signature] = jwt.split('.');
    const jwk = (await keys()).find((k) => k.kid === part(jwt, 0).kid);
    const key = createPublicKey({ format: 'jwk', key: jwk });
    return verify(jwk.alg === 'ES256' ? 'sha256' : null,
        `${header}.${payload}`, { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'));
}
const others = (jwt, more = {}) => jwtVerify(jwt,
    createRemoteJWKSet(new URL(base + JWKS)), { issuer: base, audience,
        typ: 'at+jwt', algorithms: ['ES256', 'EdDSA'], ...more });

const ada = await signedIn();

test('no key, no token; and an empty set', async () => {
    for (const { kid } of list())
        drop(kid);
    refused(await call('GET', JWT, { token: ada.token }), 909, 403);
    assert.deepEqual(await keys(), []);
    assert.throws(() => drop('0'.repeat(32)), /no key/);
    assert.throws(() => drop('x'), /usage/);
    assert.throws(() => rotate('--later'), /usage/);
});

test('a token that others verify: Node\'s crypto, and jose', async () => {
    const made = rotate();
    assert.equal(made.state, 'signs');
    const before = Math.floor(Date.now() / 1000);
    const jwt = await make(ada.token);
    assert.deepEqual(part(jwt, 0), { alg: 'ES256', typ: 'at+jwt',
        kid: made.kid });
    assert.ok(await plain(jwt));
    const { payload } = await others(jwt);
    assert.equal(payload.sub, ada.session.Profile.Uid);
    assert.equal(payload.client_id, process.env.DOORWARD_API_KEY);
    assert.equal(payload.exp - payload.iat, 300);
    assert.ok(payload.iat >= before && payload.auth_time <= payload.iat);
    assert.equal(payload.email_verified, true);
    assert.equal('roles' in payload, false);
    await assert.rejects(others(jwt, { audience: other }), /aud/);
    assert.equal((await others(await make(ada.token, { audience: other }),
        { audience: other })).payload.aud, other);
    refused(await call('GET', JWT, { token: ada.token,
        query: { audience: 'https://else.example.com' } }), 908, 400);
    // Any letter of it changed, and nobody takes it.
    for (const at of [3, 60, jwt.length - 8]) {
        const bad = jwt.slice(0, at) + (jwt[at] === 'A' ? 'B' : 'A') +
            jwt.slice(at + 1);
        assert.deepEqual(await ask(bad), { active: false });
        await assert.rejects(others(bad));
    }
});

test('roles', async () => {
    ctl('role', 'add', ada.email, 'staff');
    assert.deepEqual((await others(await make(ada.token))).payload.roles,
        ['staff']);
});

test('the set is public, to be kept for minutes, and holds nothing private',
    async () => {
        const a = await call('GET', JWKS, { from: null,
            headers: { 'X-Doorward-ApiKey': null } });
        assert.equal(a.headers.get('cache-control'), 'public, max-age=300');
        assert.equal(a.headers.get('content-type'),
            'application/json; charset=utf-8');
        for (const k of a.json.keys) {
            assert.equal(k.use, 'sig');
            assert.equal('d' in k, false);
        }
        const dump = JSON.parse(ctl('keys', 'jwt-list').split('\n')[0]);
        assert.deepEqual(Object.keys(dump).sort(), ['algorithm', 'created',
            'kid', 'needed', 'signs', 'state']);
        assert.equal((await call('GET', '/.well-known/other')).status, 404);
    });

test('S-093: introspection knows that a session ended', async () => {
    const p = await signedIn();
    const jwt = await make(p.token);
    const a = await ask(jwt);
    assert.equal(a.active, true);
    assert.deepEqual(a, { active: true, ...part(jwt, 1) });
    granted(await call('GET', `${AUTH}/access_token/invalidate`,
        { token: p.token }));
    assert.deepEqual(await ask(jwt), { active: false });
    // What the signature alone cannot tell: hence the short life.
    assert.ok(await plain(jwt));
    refused(await call('GET', JWT, { token: p.token }), 905, 403);
    const q = await signedIn();
    const session = granted(await login(q));
    const theirs = await make(session.access_token);
    granted(await call('PUT', `${AUTH}/password/change`, { token: q.token,
        json: { oldPassword: password, newPassword: 'violet-harbour-88' } }));
    assert.deepEqual(await ask(theirs), { active: false });
});

test('forged tokens are not active', async () => {
    const jwt = await make(ada.token);
    const [, payload, signature] = jwt.split('.');
    const { kid } = part(jwt, 0);
    const jwk = (await keys()).find((k) => k.kid === kid);
    const none = encoded({ alg: 'none', typ: 'at+jwt', kid });
    const hmac = encoded({ alg: 'HS256', typ: 'at+jwt', kid });
    const pem = createPublicKey({ format: 'jwk', key: jwk })
        .export({ type: 'spki', format: 'pem' });
    const mac = (secret) => createHmac('sha256', secret)
        .update(`${hmac}.${payload}`).digest('base64url');
    const forged = [`${none}.${payload}.`, `${none}.${payload}`,
        `${none}.${payload}.${signature}`, `${hmac}.${payload}.${mac(pem)}`,
        `${hmac}.${payload}.${mac(JSON.stringify(jwk))}`,
        `${encoded({ alg: 'ES256', typ: 'at+jwt', kid, crit: ['exp'] })}.` +
            `${payload}.${signature}`,
        `${encoded(`{"alg":"none","alg":"ES256","typ":"at+jwt",` +
            `"kid":"${kid}"}`)}.${payload}.${signature}`,
        ada.token, nowhere, 'x', `${jwt}.${jwt}`, 'x'.repeat(16384)];
    for (const token of forged)
        assert.deepEqual(await ask(token), { active: false }, token);
    assert.equal((await ask(jwt)).active, true);
});

test('our own endpoints take no signed token', async () => {
    const jwt = await make(ada.token);
    for (const path of [`${AUTH}/account`, `${AUTH}/access_token/validate`,
        JWT])
        refused(await call('GET', path, { token: jwt }), 905, 403);
    refused(await call('GET', `${AUTH}/account`,
        { query: { access_token: part(jwt, 1).sid } }), 905, 403);
});

test('who asks must be who may', async () => {
    const jwt = await make(ada.token);
    const as = (headers, more) => call('POST', INTROSPECT, { headers,
        from: null, form: { token: jwt }, ...more });
    refused(await as({}), 923, 400);
    refused(await as({ 'X-Doorward-ApiSecret': nowhere }), 902, 401);
    refused(await as({ 'X-Doorward-ApiKey': null }), 922, 400);
    refused(await call('POST', INTROSPECT, { json: {} }), 908, 400);
    refused(await call('POST', INTROSPECT,
        { json: { token: 'x'.repeat(16385) } }), 1090, 400);
    assert.equal((await ask(jwt, { form: undefined,
        json: { token: jwt, token_type_hint: 'access_token' } })).active,
    true);
    refused(await call('GET', JWT), 1060, 400);
    assert.equal((await call('HEAD', JWT, { token: ada.token })).status,
        405);
});

test('rotation while it runs: known before it signs, kept while it is needed',
    async () => {
        const [first] = list();
        const old = await make(ada.token);
        const next = rotate();
        assert.equal(next.state, 'next');
        assert.deepEqual((await keys()).map((k) => k.kid).sort(),
            [first.kid, next.kid].sort());
        assert.equal(part(await make(ada.token), 0).kid, first.kid);
        const now = rotate('--now');
        const fresh = await make(ada.token);
        assert.equal(part(fresh, 0).kid, now.kid);
        for (const jwt of [old, fresh]) {
            await others(jwt);
            assert.equal((await ask(jwt)).active, true);
        }
        assert.deepEqual(list().map((k) => k.state),
            ['next', 'signs', 'earlier']);
        // One that somebody else knows: nothing that it signed counts.
        assert.deepEqual(JSON.parse(drop(first.kid)), { dropped: true });
        assert.deepEqual(await ask(old), { active: false });
        await assert.rejects(others(old));
        assert.equal((await ask(fresh)).active, true);
    });

test('a rotation of the master secret leaves the keys readable (S-133)',
    async () => {
        const before = await make(ada.token);
        ctl('keys', 'rotate', '--wait', '1', '--keep', '1');
        ctl('keys', 'rotate', '--wait', '1', '--keep', '1');
        // The first secret is gone for good.
        assert.equal(ctl('keys', 'list').trim().split('\n').length, 2);
        const after = await make(ada.token);
        assert.equal(part(after, 0).kid, part(before, 0).kid);
        await others(after);
        assert.equal((await ask(before)).active, true);
    });

test('the description names them', async () => {
    const { paths } = await openapi();
    assert.ok(paths[JWT].get && paths[JWKS].get && paths[INTROSPECT].post);
});
