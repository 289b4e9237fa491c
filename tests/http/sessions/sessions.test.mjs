// A site that keeps the documented ways of old, takes signed requests, slides
// sessions, allows two of them and knows places.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { AUTH, base, call, granted, key, login, person, refused, secret,
    shift, signedIn, time } from '../api.mjs';
import { mmdb } from './mmdb.mjs';

writeFileSync(process.env.DOORWARD_GEO,
    mmdb('203.0.113.0', 24, 'Oslo', 'NO'));
const MANAGE = '/identity/v2/manage/account';
const refresh = (token) => call('GET', `${MANAGE}/access_token/refresh`,
    { query: { refresh_token: token } });
const info = (token) => call('GET', `${AUTH}/access_token`, { token });
const validate = (token) => call('GET', `${AUTH}/access_token/validate`,
    { token });
const end = (token) => call('GET', `${AUTH}/access_token/invalidate`,
    { token });
after(() => shift(0));

test('compat.logout_keeps_refresh: S12 goes on after S3', async () => {
    const p = await signedIn();
    granted(await end(p.token));
    refused(await info(p.token), 905, 403);
    const a = granted(await refresh(p.session.refresh_token));
    granted(await info(a.access_token));
    granted(await call('GET', `${AUTH}/access_token/invalidate`,
        { token: a.access_token, query: { preventRefresh: 'true' } }));
    refused(await refresh(a.refresh_token), 1217, 403);
});

test('compat.refresh_reuse: a replay is refused and ends nothing',
    async () => {
        const p = await signedIn();
        const a = granted(await refresh(p.session.refresh_token));
        await shift(12);
        refused(await refresh(p.session.refresh_token), 1217, 403);
        granted(await info(a.access_token));
        await shift(0);
    });

test('compat.sliding_grace_seconds: what expired just now is exchanged',
    async () => {
        const p = await signedIn();
        const slide = () => call('GET', `${AUTH}/access_token/sliding_token`,
            { token: p.token });
        await shift(1600);
        refused(await slide(), 906, 403);
        await shift(1000);
        refused(await info(p.token), 906, 403);
        const a = granted(await slide());
        granted(await info(a.access_token));
        await shift(0);
    });

test('compat.validate_returns_refresh: S2 gives that of the sign-in',
    async () => {
        const p = await signedIn();
        const a = granted(await validate(p.token));
        assert.equal(a.refresh_token, p.session.refresh_token);
        const b = granted(await refresh(a.refresh_token));
        assert.equal(granted(await validate(b.access_token)).refresh_token,
            b.refresh_token);
        assert.equal(granted(await validate(p.token)).refresh_token, null);
    });

test('compat.active_session_tokens: S9 lists what the sessions go by',
    async () => {
        const p = await signedIn();
        const one = granted(await login(p));
        const all = async () => granted(await call('GET',
            '/api/v2/access_token/activesession',
            { query: { token: p.token } })).data.map((s) => s.AccessToken);
        assert.deepEqual((await all()).sort(),
            [p.token, one.access_token].sort());
        const next = granted(await refresh(one.refresh_token));
        assert.deepEqual((await all()).sort(),
            [p.token, next.access_token].sort());
        granted(await call('GET', '/api/v2/access_token/invalidate',
            { query: { access_token: next.access_token } }));
        assert.deepEqual(await all(), [p.token]);
    });

test('session.sliding: each use moves the expiry', async () => {
    const p = await signedIn();
    for (const s of [600, 1200, 1800]) {
        await shift(s);
        const a = granted(await validate(p.token));
        assert.ok(Date.parse(a.expires_in) > Date.now() + (s + 800) * 1000);
    }
    await shift(2800);
    refused(await validate(p.token), 906, 403);
    await shift(0);
});

test('remember me: in query or body, with a life of its own', async () => {
    const p = await person();
    for (const options of [{ query: { rememberme: 'true' } },
        { json: { email: p.email, password: 'cobalt-meadow-71',
            isrememberme: true } }]) {
        const a = granted(await call('POST', `${AUTH}/login`, { json: {
            email: p.email, password: 'cobalt-meadow-71' }, ...options }));
        const life = Date.parse(a.expires_in) - Date.now();
        assert.ok(Math.abs(life - 7200000) < 60000, a.expires_in);
        assert.equal(granted(await info(a.access_token)).isrememberme, true);
        granted(await end(a.access_token));
    }
});

test('session.limit: the third sign-in is refused with 1338 (S-098)',
    async () => {
        const p = await signedIn();
        granted(await login(p));
        refused(await login(p), 1338, 403);
        granted(await call('GET', `${AUTH}/access_token/invalidate`,
            { token: p.token, query: { preventrefresh: 'true' } }));
        granted(await login(p));
    });

test('session.impersonation off: S11 is 909', async () => {
    const p = await signedIn();
    refused(await call('GET', `${MANAGE}/access_token`,
        { query: { uid: p.session.Profile.Uid } }), 909, 403);
});

test('places come from the database where no proxy names them', async () => {
    const p = await person();
    const a = granted(await login(p, undefined, { from: '203.0.113.9' }));
    const b = granted(await login(p, undefined, { from: '198.51.100.1' }));
    const { data } = granted(await call('GET',
        '/api/v2/access_token/activesession',
        { query: { token: a.access_token } }));
    const at = (ip) => data.find((s) => s.Ip === ip);
    assert.equal(at('203.0.113.9').City, 'Oslo');
    assert.equal(at('203.0.113.9').Country, 'Norway');
    assert.equal(at('198.51.100.1').City, 'unknown');
    assert.match(at('198.51.100.1').LoginDate, time);
    assert.ok(b.access_token);
});

// ---- signed requests ----

const stamp = (ms) => new Date(ms).toISOString().slice(0, 19)
    .replace('T', ' ');
const lower = (url) => encodeURIComponent(decodeURIComponent(url))
    .toLowerCase();
function sign(url, body, expires, word = secret) {
    const text = `${expires}:${lower(url)}${body === undefined ? '' :
        `:${body}`}`;
    return { 'X-Request-Expires': expires, digest: 'SHA-256=' +
        createHmac('sha256', word).update(text).digest('base64') };
}
const ahead = (minutes = 15) => stamp(Date.now() + minutes * 60000);
const ask = (method, path, headers, more = {}) => call(method, path,
    { from: null, headers: { 'X-Doorward-ApiKey': key, ...headers },
        ...more });

test('a signed request needs no secret (S-043)', async () => {
    const path = `${MANAGE}/sott?timedifference=7`;
    const good = sign(base + path, undefined, ahead());
    const get = (headers) => fetch(base + path, { headers: {
        'X-Doorward-ApiKey': key, ...headers } }).then(async (r) =>
        ({ status: r.status, json: await r.json() }));
    granted(await get(good));
    granted(await get(good));    // a read may come twice
    granted(await ask('GET', `${MANAGE}/sott`,
        { 'X-Doorward-ApiSecret': secret }));
    refused(await get({}), 1209, 400);
    refused(await get({ digest: good.digest }), 1210, 400);
    refused(await get({ ...good, 'X-Request-Expires': 'soon' }), 1211, 400);
    refused(await get(sign(base + path, undefined, stamp(Date.now() -
        60000))), 1212, 403);
    refused(await get(sign(base + path, undefined, ahead(70))), 1212, 403);
    refused(await get(sign(`${base}${path}0`, undefined, ahead())), 1208,
        403);
    refused(await get(sign(base + path, undefined, ahead(), key)), 1208,
        403);
    refused(await get({ ...good, digest: 'SHA-512=x' }), 1208, 403);
    // What one published SDK signs is good for everything, so for nothing.
    const expires = ahead();
    refused(await get({ 'X-Request-Expires': expires, digest: 'SHA-256=' +
        createHmac('sha256', secret).update(`${expires}:undefined`)
            .digest('base64') }), 1208, 403);
});

test('a signed GET that acts counts once, too (S-043)', async () => {
    const p = await signedIn();
    const path = `${MANAGE}/access_token/refresh?refresh_token=` +
        p.session.refresh_token;
    const signed = sign(base + path, undefined, ahead());
    granted(await ask('GET', path, signed));
    refused(await ask('GET', path, signed), 1208, 403);
    granted(await ask('GET', path, sign(base + path, undefined, ahead(16))));
});

test('a signed body is bound, and counts once (S-043)', async () => {
    const path = '/v2/manage/sott', body = '{"ExpiresInMinutes":5}';
    const signed = sign(base + path, body, ahead());
    const post = (raw) => ask('POST', path,
        { ...signed, 'Content-Type': 'application/json' }, { raw });
    refused(await post('{"ExpiresInMinutes":6}'), 1208, 403);
    granted(await post(body));
    refused(await post(body), 1208, 403);
    granted(await ask('POST', path, { ...sign(base + path, '', ahead(16)),
        'Content-Type': 'application/json' }, { raw: '{}' }));
});
