// What the published SDKs put on the wire, and what makes them take an answer
// for a failure: api-user-password.md §2.1 to 2.3, api-registration-login.md
// §2.1.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, key, login, nowhere, openapi, password,
    refused, register, signedIn, sott, source } from './api.mjs';
import { request } from './wire.mjs';

const ada = await signedIn();
const account = (options) => call('GET', `${AUTH}/account`,
    { token: ada.token, ...options });
const update = (json, query) => call('PUT', `${AUTH}/account`,
    { token: ada.token, json, query });

test('booleans: empty is absent, any case, 1 and 0, undefined', async () => {
    granted(await update({ NickName: 'Lovelace' }));
    const nick = async (value) => granted(await update({ NickName: null },
        { nullSupport: value, isVoiceOtp: '' })).Data.NickName;
    for (const value of ['', 'false', 'FALSE', '0', 'undefined', 'null'])
        assert.equal(await nick(value), 'Lovelace', value);
    for (const value of ['true', 'True', '1']) {
        assert.equal(await nick(value), null, value);
        granted(await update({ NickName: 'Lovelace' }));
    }
    refused(await update({ NickName: null }, { nullsupport: 'maybe' }),
        908, 400);
});

test('junk of browsers: undefined and null in addresses and templates',
    async () => {
        for (const junk of ['', 'undefined', 'null', 'Undefined'])
            granted((await register({}, { query: { verificationUrl: junk,
                emailTemplate: junk, welcomeEmailTemplate: junk,
                smsTemplate: junk, options: '' } })).answer);
        granted(await account({ query: { welcomeEmailTemplate: 'undefined',
            verificationUrl: 'null' } }));
    });

test('keys in each spelling of an SDK', async () => {
    const ask = (json) => call('POST', `${AUTH}/login`,
        { from: ada.from, json });
    for (const json of [{ email: ada.email, password },
        { Email: ada.email, Password: password },
        { Email: ada.email, password }, { EMAIL: ada.email,
            PASSWORD: password }])
        granted(await ask(json));
    for (const otp of ['otp', 'Otp', 'OTP'])
        for (const email of ['email', 'Email'])
            refused(await call('PUT', `${AUTH}/email`, { json: {
                [otp]: '123456', [email]: address() } }), 1237, 403);
    for (const word of ['resettoken', 'ResetToken', 'resetToken'])
        for (const pass of ['password', 'Password'])
            refused(await call('PUT', `${AUTH}/password/reset`, { json: {
                [word]: 'x'.repeat(43), [pass]: password } }), 1063, 403);
    for (const [old, next] of [['oldpassword', 'newpassword'],
        ['OldPassword', 'NewPassword'], ['oldPassword', 'newPassword']])
        refused(await call('PUT', `${AUTH}/password/change`, {
            token: ada.token, json: { [old]: 'not-the-present-one',
                [next]: 'violet-harbour-88' } }), 967, 401);
});

test('paths: any case, one slash at the end; query names any case',
    async () => {
        for (const path of ['/identity/v2/auth/account/',
            '/Identity/V2/Auth/Account', '/IDENTITY/v2/auth/ACCOUNT/'])
            granted(await call('GET', path, { token: ada.token }));
        for (const name of ['apiKey', 'apikey', 'APIKEY', 'key',
            'client_id'])
            granted(await account({ from: null,
                headers: { 'X-Doorward-ApiKey': null },
                query: { [name]: key } }));
        granted(await account({ from: null, headers: {
            'X-Doorward-ApiKey': null, 'X-LoginRadius-ApiKey': key } }));
        for (const name of ['Fields', 'FIELDS'])
            assert.deepEqual(granted(await account({
                query: { [name]: 'Uid,region', region: 'eu' } })),
            { Uid: ada.session.Profile.Uid });
    });

test('GET: no content type and no body is looked at', async () => {
    for (const type of ['application/x-www-form-urlencoded',
        'application/json', 'text/nonsense'])
        granted(await account({ headers: { 'Content-Type': type } }));
    const a = await request('GET', `${AUTH}/account`, [
        `X-Doorward-ApiKey: ${key}`, `Authorization: Bearer ${ada.token}`,
        'Content-Type: application/json', 'Content-Length: 9'],
    '{"broken"');
    // lighttpd and Apache hand it on; who refuses it says so by itself.
    assert.ok(a.status === 200 || (a.status >= 400 && !a.ours), a.head);
});

test('writes without a body: length 0 with a JSON type, and {}', async () => {
    const lines = [`X-Doorward-ApiKey: ${key}`,
        `Authorization: Bearer ${ada.token}`,
        'Content-Type: application/json', 'Content-Length: 0'];
    const put = await request('PUT', `${AUTH}/account`, lines);
    assert.equal(put.json?.ErrorCode, 1079, put.text);
    const post = await request('POST', `${AUTH}/login`, lines);
    assert.equal(post.json?.ErrorCode, 965, post.text);
    // No field of it is needed.
    const gone = await request('DELETE', `${AUTH}/account`,
        [...lines.slice(0, 1), 'Content-Type: application/json',
            'Content-Length: 0']);
    assert.equal(gone.json?.ErrorCode, 1060, gone.text);
});

test('DELETE: with a JSON body, which is read', async () => {
    const eve = await signedIn();
    const bad = await call('DELETE', `${AUTH}/account`, { token: eve.token,
        raw: '{"broken"', headers: { 'Content-Type': 'application/json' } });
    refused(bad, 1084, 400);
    granted(await call('DELETE', `${AUTH}/account`, { token: eve.token,
        json: { nothing: 'known' } }));
});

// The Node SDK counts UTF-16 units, so that bytes are missing at the end.
test('a body cut short by the count of an SDK is answered at once',
    async () => {
        const ask = async (method, path, object, lines = []) => {
            const text = JSON.stringify(object);
            const bytes = Buffer.from(text).toString('latin1');
            assert.notEqual(bytes.length, text.length);
            const began = Date.now();
            const a = await request(method, path, [
                `X-Doorward-ApiKey: ${key}`, ...lines,
                'Content-Type: application/json',
                `Content-Length: ${text.length}`], bytes);
            assert.ok(Date.now() - began < 10000, path);
            return a;
        };
        const profile = { FirstName: 'Zoë', LastName: 'Ångström' };
        const put = await ask('PUT', `${AUTH}/account`, profile,
            [`Authorization: Bearer ${ada.token}`]);
        assert.equal(put.status, 400, put.text);
        assert.equal(put.json.ErrorCode, 1079);
        const post = await ask('POST', `${AUTH}/register`, { ...profile,
            Email: address() }, [`X-Doorward-Sott: ${await sott()}`]);
        assert.equal(post.status, 400, post.text);
        assert.equal(post.json.ErrorCode, 965);
        assert.notEqual(granted(await account()).FirstName, 'Zoë');
    });

test('the token of the header wins over that of the query', async () => {
    granted(await account({ query: { access_token: nowhere } }));
    granted(await call('GET', `${AUTH}/account`, {
        query: { access_token: ada.token } }));
    refused(await account({ token: nowhere,
        query: { access_token: ada.token } }), 905, 403);
    const both = await request('GET',
        `${AUTH}/account?access_token=${ada.token}&apiKey=${key}`,
        [`Authorization: Bearer ${ada.token}`]);
    assert.equal(both.status, 200, both.text);
});

test('fields: repeated ones are joined, with the words of a wrapper',
    async () => {
        const a = await call('GET',
            `${AUTH}/account?fields=Uid&fields=Email(Value),Nope`,
            { token: ada.token });
        assert.deepEqual(granted(a), { Uid: ada.session.Profile.Uid,
            Email: [{ Value: ada.email }] });
        const b = granted(await login(ada, password, { query: {
            fields: 'Profile/Uid,access_token,ErrorCode' } }));
        assert.deepEqual(b.Profile, { Uid: ada.session.Profile.Uid });
        assert.ok(b.access_token && b.refresh_token && b.expires_in);
        assert.deepEqual(granted(await account({ query: { fields: '*' } })),
            granted(await account()));
    });

test('no success has a word that an SDK takes for failure', async () => {
    const words = 'description Description errorCode >errorCode edescription';
    granted(await update({ About: words, NickName: 'erd errorCode',
        Badges: [{ BadgeId: '1', Name: 'errorCode', Description: 'x',
            BadgeMessage: 'description' }],
        JobBookmarks: [{ Job: { Id: '1', DescriptionSnippet: 'one' } }] }));
    const one = await account();
    const all = [one, await account({ query: { fields: '*' } }),
        await account({ query: { fields: 'Badges,About' } }),
        await update({ Honors: words }), await login(ada)];
    for (const a of all) {
        granted(a);
        assert.doesNotMatch(a.text, /description|Description|errorCode/);
        assert.match(a.text, /\\u0064escription|\\u0044escription/);
    }
    assert.equal(one.json.About, words);
    assert.deepEqual(one.json.Badges, [{ BadgeId: '1', Name: 'errorCode',
        BadgeMessage: 'description', Description: 'x', ImageUrl: null }]);
    assert.equal('ErrorCode' in one.json, false);
});

test('success is 200 alone, and never empty', async () => {
    const api = await openapi();
    for (const [path, methods] of Object.entries(api.paths))
        for (const [method, op] of Object.entries(methods))
            assert.deepEqual(Object.keys(op.responses ?? {})
                .filter((s) => /^2/.test(s)), ['200'], `${method} ${path}`);
});

test('429 is an envelope like any other, with Retry-After', async () => {
    const from = source();
    let a;
    for (let i = 0; i < 70 && a?.status !== 429; i++)
        a = await call('GET', `${AUTH}/email`,
            { from, query: { email: 'nobody@example.com' } });
    assert.equal(a.status, 429);
    assert.deepEqual(Object.keys(a.json), ['Description', 'ErrorCode',
        'Message', 'IsProviderError', 'ProviderErrorResponse']);
    assert.equal(a.json.ErrorCode, 429);
    assert.ok(Number(a.headers.get('retry-after')) > 0);
});
