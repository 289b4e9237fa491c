// What holds for every call of the API: names, credentials, bodies, errors,
// headers.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { AUTH, base, call, granted, guid, key, login, nowhere, openapi,
    password, person, refused, secret, signedIn } from './api.mjs';

const INFO = '/identity/v2/serverinfo';
const bare = (query, headers = {}) => call('GET', INFO, { query, from: null,
    headers: { 'X-Doorward-ApiKey': null, ...headers } });

test('api key: absent 922, malformed 920, unknown 901', async () => {
    refused(await bare({}), 922, 400);
    refused(await bare({ apikey: '' }), 922, 400);
    refused(await bare({ apikey: 'abc' }), 920, 400);
    refused(await bare({ apikey: nowhere }), 901, 403);
});

test('api key: header and query in any spelling', async () => {
    granted(await bare({ apiKey: key }));
    granted(await bare({ APIKEY: key }));
    granted(await bare({}, { 'X-LoginRadius-ApiKey': key.toUpperCase() }));
    granted(await bare({ apikey: nowhere }, { 'X-LoginRadius-apiKey': key }));
});

test('api secret: header only on manage calls (S-043)', async () => {
    const path = '/identity/v2/manage/account/sott';
    const ask = (headers, query = {}) =>
        call('GET', path, { from: null, headers, query });
    refused(await ask({}), 923, 400);
    refused(await ask({}, { apisecret: secret }), 923, 400);
    refused(await ask({ 'X-LoginRadius-ApiSecret': 'x' }), 921, 400);
    const wrong = await ask({ 'X-LoginRadius-ApiSecret': nowhere });
    refused(wrong, 902, 401);
    assert.match(wrong.headers.get('www-authenticate'), /^Bearer /);
    refused(await ask({ 'X-LoginRadius-ApiSecret': secret,
        'Origin': base }), 1143, 403);
    granted(await ask({ 'X-LoginRadius-ApiSecret': secret }));
});

test('paths match in any case with one trailing slash', async () => {
    granted(await call('GET', '/Identity/V2/ServerInfo/'));
    assert.equal((await call('GET', `${INFO}//`)).status, 404);
});

test('unknown path 404, wrong method 405 with Allow', async () => {
    refused(await call('GET', '/identity/v2/auth/nothing'), 404, 404);
    const a = await call('GET', `${AUTH}/login`, { judge: false });
    refused(a, 405, 405);
    assert.equal(a.headers.get('allow'), 'POST, OPTIONS');
});

test('bodies: syntax 965/1079, shape 1090, types 1083', async () => {
    const post = (raw, type = 'application/json') => call('POST',
        `${AUTH}/login`, { raw, headers: { 'Content-Type': type } });
    refused(await post('{'), 965, 400);
    refused(await post(''), 965, 400);
    refused(await post('[]'), 1090, 400);
    refused(await post('{"email":1,"password":"x"}'), 1090, 400);
    refused(await post('{"password":"a","Password":"b"}'), 1090, 400);
    refused(await post(`{"email":"a@example.com","password":` +
        '['.repeat(40) + ']'.repeat(40) + '}'), 1090, 400);
    refused(await post('{}', 'text/plain'), 1083, 400);
    refused(await post('email=a', 'multipart/form-data'), 1083, 400);
    refused(await post('email=%4', 'application/x-www-form-urlencoded'),
        958, 400);
    refused(await post('email=a&Email=b',
        'application/x-www-form-urlencoded'), 908, 400);
    const put = (raw, type = 'application/json') => call('PUT',
        `${AUTH}/password/reset`, { raw, headers: { 'Content-Type': type } });
    refused(await put('{'), 1079, 400);
    refused(await put('a=%4', 'application/x-www-form-urlencoded'), 1081,
        400);
});

test('bodies: NUL names its field and is no prefix (F-56)', async () => {
    const p = await person();
    const post = (raw, type) => call('POST', `${AUTH}/login`,
        { raw, from: p.from, headers: { 'Content-Type': type } });
    const a = await post(`{"email":"${p.email}\\u0000x","password":"` +
        `${password}"}`, 'application/json');
    refused(a, 1090, 400);
    assert.match(a.json.Description, /email/);
    const b = await post(`email=${p.email}%00x&password=${password}`,
        'application/x-www-form-urlencoded');
    refused(b, 958, 400);
    assert.match(b.json.Description, /email/);
    refused(await post(`{"email":"${p.email}","password":"${password}` +
        `\\u0000"}`, 'application/json'), 1090, 400);
});

test('bodies: too large is 413 at once', async () => {
    const a = await call('POST', `${AUTH}/login`, { raw: `{"email":"` +
        'a'.repeat(70000) + '"}',
        headers: { 'Content-Type': 'application/json' } });
    refused(a, 413, 413);
});

test('bodies: a refusal arrives though the body is unread', async () => {
    const post = (path, headers = {}) => call('POST', path, {
        raw: 'a'.repeat(120000), judge: false,
        headers: { 'Content-Type': 'application/json', ...headers } });
    refused(await post('/identity/v2/auth/nothing'), 404, 404);
    refused(await post(`${AUTH}/login`, { 'X-Doorward-ApiKey': 'x' }), 413);
    refused(await post(`${AUTH}/login`), 413, 413);
});

test('query too long is 414, or the server\'s own 431', async () => {
    const a = await call('GET', INFO, { query: { x: 'a'.repeat(8300) },
        judge: false });
    assert.ok([414, 431].includes(a.status), `${a.status}`);
});

test('declared form that is JSON is JSON; forms log in', async () => {
    const p = await person();
    const body = JSON.stringify({ email: p.email, password });
    granted(await call('POST', `${AUTH}/login`, { from: p.from, raw: body,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }));
    granted(await call('POST', `${AUTH}/login`, { from: p.from,
        form: { Email: p.email, PASSWORD: password } }));
});

test('repeated query names with different values are 908 (S-119)',
    async () => {
        const get = (query) => fetch(`${base}${INFO}?apikey=${key}&${query}`)
            .then((r) => r.status);
        assert.equal(await get('timedifference=5&timeDifference=6'), 400);
        assert.equal(await get('timedifference=5&timeDifference=5'), 200);
        assert.equal(await get('timedifference=&timeDifference=6'), 200);
        assert.equal(await get('nobody=1&nobody=2'), 400);
        assert.equal(await get('fields=a&fields=b'), 200);
    });

test('bearer: header over query over body, others ignored (S-096)',
    async () => {
        const p = await signedIn();
        const get = (options) => call('GET', `${AUTH}/account`,
            { query: {}, ...options });
        refused(await get({}), 1060, 400);
        refused(await get({ token: 'x' }), 905, 403);
        refused(await get({ token: nowhere }), 905, 403);
        granted(await get({ token: p.token }));
        granted(await get({ query: { Access_Token: p.token } }));
        granted(await get({ token: p.token,
            query: { access_token: nowhere } }));
        refused(await get({ token: nowhere,
            query: { access_token: p.token } }), 905, 403);
        granted(await call('PUT', `${AUTH}/account`,
            { json: { access_token: p.token, FirstName: 'Body' } }));
    });

test('page cookies mean nothing to the API (S-099)', async () => {
    const p = await signedIn();
    refused(await call('GET', `${AUTH}/account`, { headers: {
        Cookie: `doorward=${p.token}; __Host-doorward=${p.token}` } }),
    1060, 400);
});

test('fields= trims the profile and nothing else', async () => {
    const p = await person();
    const a = granted(await login(p, password, {
        query: { fields: 'uid,Email/Value' } }));
    assert.deepEqual(Object.keys(a.Profile).sort(), ['Email', 'Uid']);
    assert.deepEqual(a.Profile.Email, [{ Value: p.email }]);
    assert.match(a.access_token, guid);
    const b = granted(await login(p, password, {
        query: { fields: 'access_token' } }));
    assert.deepEqual(b.Profile, {});
    refused(await login(p, password, { query: { fields: 'a(' } }), 908, 400);
});

test('success bodies hide the words that two SDKs search', async () => {
    const p = await signedIn();
    const a = await call('PUT', `${AUTH}/account`, { token: p.token,
        json: { About: 'description Description errorCode <b>&' } });
    assert.equal(granted(a).Data.About,
        'description Description errorCode <b>&');
    assert.doesNotMatch(a.text, /description|Description|errorCode|<|&/);
});

test('errors have all five members and a request id', async () => {
    const a = await bare({});
    assert.deepEqual(Object.keys(a.json).sort(), ['Description', 'ErrorCode',
        'IsProviderError', 'Message', 'ProviderErrorResponse']);
    assert.match(a.headers.get('x-request-id'), /^[0-9a-f]{32}$/);
});

test('every answer is uncached, unsniffed and varied (S-103)', async () => {
    for (const a of [await call('GET', INFO), await bare({}),
        await call('GET', '/identity/v2/none')]) {
        assert.equal(a.headers.get('cache-control'), 'no-store');
        assert.equal(a.headers.get('x-content-type-options'), 'nosniff');
        assert.equal(a.headers.get('content-type'),
            'application/json; charset=utf-8');
        assert.match(a.headers.get('vary'), /Origin/);
        assert.equal(a.headers.get('referrer-policy'), 'no-referrer');
    }
});

test('origins that are not listed get nothing (S-100)', async () => {
    for (const origin of ['https://evil.example', 'null',
        'http://localhost.evil.example']) {
        const a = await call('OPTIONS', `${AUTH}/login`, { from: null,
            headers: { 'Origin': origin, 'X-Doorward-ApiKey': null,
                'Access-Control-Request-Method': 'POST' } });
        assert.equal(a.status, 204);
        assert.equal(a.headers.get('access-control-allow-origin'), null);
    }
});

// fetch cleans paths up; this sends them as they are.
function raw(path, headers = {}) {
    const u = new URL(base);
    return new Promise((done, fail) => {
        http.get({ host: u.hostname, port: u.port,
            path: u.pathname.replace(/\/$/, '') + path,
            headers: { 'X-Doorward-ApiKey': key, ...headers } }, (r) => {
            r.resume();
            r.on('end', () => done(r.statusCode));
        }).on('error', fail);
    });
}

test('encoded slashes, dots and NULs reach nothing (F-52, S-110)',
    async () => {
        for (const path of ['/identity/v2%2Fserverinfo',
            '/identity/v2/auth/..%2fserverinfo', '/identity%252Fv2/serverinfo',
            '/identity/v2/serverinfo%00', '/identity//v2/serverinfo%2f'])
            assert.ok([400, 403, 404].includes(await raw(path)), path);
    });

test('a site has a style of its own only where it wrote one', async () => {
    const ours = await fetch(`${base}/static/doorward.css`);
    assert.equal(ours.status, 200);
    assert.match(ours.headers.get('content-type'), /^text\/css/);
    assert.match(await ours.text(), /^:root \{/m);
    assert.equal((await fetch(`${base}/static/site.css`)).status, 404);
    assert.doesNotMatch(await (await fetch(`${base}/login`)).text(),
        /site\.css/);
});

test('the description names every row once', async () => {
    const api = await openapi();
    const ids = Object.values(api.paths).flatMap((p) =>
        Object.values(p).flatMap((op) => op['x-doorward-rows']));
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ['RG1', 'RG3', 'RG5', 'RG6', 'RG7', 'A1', 'A2', 'E2',
        'E3', 'N1', 'LG1', 'LG2', 'W1', 'W3', 'W4', 'W5', 'W10', 'S1', 'S2',
        'S3', 'S15', 'S16'])
        assert.ok(ids.includes(id), id);
});
