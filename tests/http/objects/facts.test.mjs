// The checks that every answer of every test goes through: each catches its
// fault, also in an answer that a test itself does not look at.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, test } from 'node:test';
import { AUTH, fits, granted, judge, openapi, signedIn } from '../api.mjs';
import { facts } from '../facts.mjs';
import { judged, parse } from '../wire.mjs';

const ada = await signedIn();
const api = await openapi();
const token = '0b9d5c3e-8a1f-4f6c-9a7d-2e4b6c8f0a12';
const when = '2026-02-14T08:30:12.407Z';
const ours = { 'x-request-id': '0'.repeat(32),
    'content-type': 'application/json; charset=utf-8' };
const copy = (o) => JSON.parse(JSON.stringify(o));

function look(status, body, { path = `${AUTH}/login`, method = 'POST',
    headers = ours } = {}) {
    facts({ method, path, status, header: (name) => headers[name],
        text: typeof body === 'string' ? body : JSON.stringify(body) });
}
const bad = (status, body, more) => assert.throws(() =>
    look(status, body, more), assert.AssertionError, JSON.stringify(body));
const envelope = { Description: 'x', ErrorCode: 938, Message: 'y',
    IsProviderError: false, ProviderErrorResponse: null };

test('what is right passes', () => {
    look(200, ada.session);
    look(200, ada.session.Profile);
    look(200, { IsPosted: true, Data: ada.session });
    look(200, { Uid: ada.session.Profile.Uid, Email: [{ Value: 'x' }] });
    look(200, { data: [], Count: 0 });
    look(200, '{"CustomObject":{"\\u0064escription":1,"errorcode":2}}');
    look(200, { Profile: { CustomFields: { any: 'x' } } });
    look(403, envelope);
    look(403, { ...envelope, ErrorCode: 1134, Errors: [{ FieldName: 'a',
        ErrorMessage: 'b' }] });
    look(403, { ...envelope, Data: { access_token: token,
        expires_in: when } });
    look(403, { ...envelope, description: 'x', errorCode: 938, message: 'y',
        isProviderError: false, providerErrorResponse: null },
    { path: '/api/v2/access_token' });
    // None of ours, no JSON, no body, no SDK's.
    look(201, '', { headers: { ...ours, 'x-request-id': undefined } });
    look(201, '', { headers: { ...ours, 'content-type': 'text/html' } });
    look(200, '', { method: 'HEAD' });
    look(200, '{"info":{"description":"x"}}', { path: '/openapi.json' });
});

test('a success that an SDK takes for failure', () => {
    for (const status of [201, 202, 204, 206, 302])
        bad(status, { IsPosted: true });
    for (const text of ['', '"x"', 'true', 'null', '1',
        '{"A":"a description"}', '{"A":"Description"}', '{"A":"errorCode"}',
        '{"Description":null}', '{"ErrorCode":0}', '{"ErrorCode":938}'])
        bad(200, text);
    assert.throws(() => look(200, '{"A":'));
    bad(200, {}, { headers: { ...ours, 'content-type': 'application/json' } });
});

test('a failure that an SDK takes for success', () => {
    for (const [name, value] of [['ErrorCode', 0], ['ErrorCode', '938'],
        ['ErrorCode', 1.5], ['ErrorCode', undefined], ['Description', ''],
        ['Description', undefined], ['Message', null], ['Errors', []],
        ['IsProviderError', true], ['IsProviderError', undefined],
        ['ProviderErrorResponse', 'x'], ['errorCode', 938], ['Data', []],
        ['Data', 'x'], ['More', 1]])
        bad(403, { ...envelope, [name]: value });
    bad(200, envelope);
    bad(429, envelope);
    bad(403, { ...envelope, ErrorCode: 429 });
    bad(403, { ...envelope, ErrorCode: 1134 });
    bad(403, envelope, { path: '/api/v2/access_token' });
    bad(403, { ...envelope, description: 'x', errorCode: 939, message: 'y',
        isProviderError: false, providerErrorResponse: null },
    { path: '/api/v2/access_token' });
    for (const data of [{ access_token: 'x' }, { access_token: null },
        { expires_in: 60 }, { someThing: 1 }])
        bad(403, { ...envelope, Data: data });
});

test('tokens that are no UUID, times that are none, names in small', () => {
    for (const name of ['access_token', 'refresh_token', 'session_token',
        'SecondFactorAuthenticationToken'])
        for (const value of ['x', '', token.toUpperCase(), 1,
            token.replaceAll('-', ''), `${token}0`, 'eyJh.eyJz.c2ln'])
            bad(200, { A: [{ [name]: value }] });
    bad(200, { access_token: null });
    for (const name of ['expires_in', 'session_expires_in', 'ExpiryTime',
        'DateCreated', 'DateModified'])
        for (const value of ['3600', 3600, '2026-02-14T08:30:12Z',
            '2026-02-14 08:30:12.407', '2026-02-14T08:30:12.407+01:00'])
            bad(200, { [name]: value });
    for (const value of ['x', token, 1, null])
        bad(200, { Uid: value });
    for (const [name, value] of [['IsPosted', 'true'], ['IsPosted', 1],
        ['IsPosted', false], ['IsDeleted', 'true'], ['IsExist', 0],
        ['Count', '1'], ['Count', -1], ['data', {}], ['nextCursor', '0'],
        ['RecordsDeleted', '1'], ['AccountSid', 'x'], ['Sid', null]])
        bad(200, { [name]: value });
    for (const name of ['isposted', 'isDeleted', 'accessToken', 'profile',
        'nextcursor', 'Access_Token', 'some thing', ''])
        bad(200, { [name]: true });
});

test('a profile with a member of another type or case', () => {
    const wrong = { Uid: 'x', ID: null, Provider: 'email', NoOfLogins: '3',
        EmailVerified: 'true', IsActive: 1, FirstLogin: null,
        CreatedDate: null, LastLoginDate: 0, Password: 'hash',
        Email: { Type: 'Primary', Value: 'x' }, UnverifiedEmail: 'x',
        PIN: { PIN: '123456' }, Roles: 'member', LoginLockedType: 2,
        PhoneId: '0123', BirthDate: 1, Addresses: [{ type: 'Home' }],
        Country: 'Germany', CustomFields: { a: 1 }, IsProtected: 'false',
        FollowersCount: null };
    for (const [name, value] of Object.entries(wrong)) {
        const profile = { ...copy(ada.session.Profile), [name]: value };
        bad(200, profile);
        bad(200, { ...ada.session, Profile: profile });
        bad(200, { Profile: { [name]: value } });
    }
    for (const name of ['emailVerified', 'Firstname', 'PhoneID', 'phoneId'])
        bad(200, { Profile: { ...copy(ada.session.Profile), [name]: null } });
});

test('an answer that the table does not declare', async () => {
    const headers = new Headers({ ...ours, 'cache-control': 'no-store',
        'x-content-type-options': 'nosniff', vary: 'Origin',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin' });
    const login = (status, json, more) => judge('POST', `${AUTH}/login`,
        { status, json, headers, ...more });
    await login(200, ada.session);
    await login(401, { ...envelope, ErrorCode: 966 });
    const spoilt = [(s) => delete s.access_token, (s) => { s.More = 1; },
        (s) => { s.expires_in = 'soon'; }, (s) => { s.refresh_token = 'x'; },
        (s) => delete s.Profile, (s) => { s.Profile = []; },
        (s) => { s.Profile.More = 1; },
        (s) => { s.Profile.NoOfLogins = '1'; }];
    for (const spoil of spoilt) {
        const session = copy(ada.session);
        spoil(session);
        await assert.rejects(login(200, session), assert.AssertionError,
            `${spoil}`);
    }
    for (const [status, json] of [[418, envelope], [201, ada.session],
        [401, { ...envelope, ErrorCode: 938 }], [401, { ErrorCode: 966 }],
        [401, { ...envelope, ErrorCode: '966' }]])
        await assert.rejects(login(status, json), assert.AssertionError,
            `${status}`);
    for (const name of ['cache-control', 'x-content-type-options',
        'referrer-policy', 'vary']) {
        const less = new Headers(headers);
        less.delete(name);
        await assert.rejects(login(200, ada.session, { headers: less }));
    }
    assert.throws(() => fits(api, { type: ['string', 'null'],
        format: 'uuid' }, 'x', ''), assert.AssertionError);
});

// One that answers like ours, and wrongly.
const body = '{"IsPosted":"yes"}';
const fake = http.createServer((request, response) => response.writeHead(200,
    { ...ours, 'Content-Length': body.length }).end(body));
await new Promise((done) => fake.listen(0, '127.0.0.1', done));
after(() => fake.close());

test('by whatever way it comes: fetch, and byte by byte', async () => {
    const { port } = fake.address();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/x`),
        assert.AssertionError);
    const text = await new Promise((done) => {
        let got = '';
        net.connect(port, '127.0.0.1').setEncoding('latin1')
            .on('data', (d) => { got += d; })
            .on('end', () => done(got))
            .end('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
    const whole = parse(text);
    assert.equal(whole.ours, true);
    assert.throws(() => judged(whole, 'GET /x'), assert.AssertionError);
    // Half an answer is judged by nobody; a HEAD has no body.
    judged(parse(text.slice(0, -1)), 'GET /x');
    judged(parse(text), 'HEAD /x');
    granted({ status: 200, json: {}, text: '' });
});
